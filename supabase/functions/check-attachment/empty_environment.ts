/**
 * Packages see no environment variables. A package below file-type lists them all when it is loaded, which fails where
 * that is not permitted. To be imported first.
 */

import process from "node:process";

Object.defineProperty(process, "env", { value: {}, writable: true, configurable: true });
