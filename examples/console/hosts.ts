/** Files that tell hosts of static files what the console's own server does: headers, and which paths are pages. */
import { cacheControl, FILE_TYPES, securityHeaders } from "./csp.ts";

/** The console's folder in the repository, as Amplify names it. */
const APP_ROOT = "examples/console";

/** Headers by path. Hosts already ask the browser to check every other file for a newer one. */
function rules(api: string): [string, Record<string, string>][] {
  const fresh = { "Cache-Control": cacheControl("/") };
  return [
    ["/*", { ...securityHeaders(api), "Strict-Transport-Security": "max-age=63072000" }],
    ["/assets/*", { "Cache-Control": cacheControl("/assets/") }],
    ["/index.html", fresh],
    ["/config.json", fresh],
    ["/version.json", fresh],
  ];
}

/** `_headers` of Netlify and Cloudflare. */
export function headersFile(api: string): string {
  const blocks = rules(api).map(([path, headers]) =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join("\n")
  );
  return blocks.join("\n\n") + "\n";
}

/** `_redirects` of Netlify: a file that is not there is not answered with a page. */
export function redirectsFile(): string {
  return "/assets/*  /404.txt  404\n/*  /index.html  200\n";
}

/** `customHttp.yml` of Amplify, in the root of the repository. */
export function amplifyHeaders(api: string): string {
  const blocks = rules(api).map(([path, headers]) => {
    const lines = Object.entries(headers).map(([key, value]) =>
      `          - key: ${key}\n            value: "${value}"\n`
    );
    return `      - pattern: "${path === "/*" ? "**/*" : path}"\n        headers:\n${lines.join("")}`;
  });
  return `applications:\n  - appRoot: ${APP_ROOT}\n    customHeaders:\n${blocks.join("")}`;
}

/** The rewrites of Amplify, as `aws amplify update-app --custom-rules` takes them: every path that names no file. */
export function amplifyRewrites(): string {
  const source = `</^[^.]+$|\\.(?!(${FILE_TYPES.join("|")})$)([^.]+)$/>`;
  return JSON.stringify([{ source, target: "/index.html", status: "200" }], null, 2) + "\n";
}

if (import.meta.main) {
  // The files in the repository; a build writes customHttp.yml anew, with its own project instead of any.
  const { ANY_PROJECT } = await import("./csp.ts");
  Deno.writeTextFileSync(new URL("../../customHttp.yml", import.meta.url), amplifyHeaders(ANY_PROJECT));
  Deno.writeTextFileSync(new URL("rewrites.json", import.meta.url), amplifyRewrites());
}
