/**
 * Packages see no environment variables. Some read or list them when they are loaded, which fails where that is not
 * permitted. To be imported first.
 */

import process from "node:process";

Object.defineProperty(process, "env", { value: {}, writable: true, configurable: true });
