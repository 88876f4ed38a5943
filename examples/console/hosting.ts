/** What the build adds for hosts of static files: config.json, headers and the build's id. */
import { readFileSync } from "node:fs";
import process from "node:process";
import type { Plugin } from "vite";
import { ANY_PROJECT, PAGE_POLICY } from "./csp.ts";
import { amplifyHeaders, headersFile, redirectsFile } from "./hosts.ts";
import { type Config, ConfigError, parseConfig } from "./src/lib/config.ts";

const SENTENCES: Record<ConfigError["reason"], string> = {
  missing: "There is no config.json.",
  not_json: "config.json is not valid JSON.",
  no_url: "The URL must begin with https:// (or http:// on this machine): the API URL of the project.",
  no_key: "There is no key. Set HELPDESK_KEY to the project's publishable key.",
  secret_key:
    "The key is a secret key: everybody who opens the console could read it. Set HELPDESK_KEY to the publishable key.",
};

/** The helpdesk: HELPDESK_URL and HELPDESK_KEY, else config.json beside package.json, else nothing yet. */
export function readConfig(folder: string, variables: Record<string, string | undefined>): Config | null {
  const { HELPDESK_URL: url, HELPDESK_KEY: key } = variables;
  if (url || key) return checked(JSON.stringify({ url: url ?? "", key: key ?? "" }));
  try {
    return checked(readFileSync(`${folder}/config.json`, "utf-8"));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

function checked(text: string): Config {
  try {
    return parseConfig(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const sentence = new Error(SENTENCES[error.reason]);
    sentence.stack = sentence.message;
    throw sentence;
  }
}

/** The files for the hosts. */
export function hosting(): Plugin {
  let folder = "";
  return {
    name: "helpdesk-hosting",
    configResolved(resolved) {
      folder = resolved.root;
    },
    configureServer(server) {
      server.middlewares.use("/config.json", (_request, response) => {
        response.setHeader("Content-Type", "application/json");
        response.end(JSON.stringify(readConfig(folder, process.env) ?? { url: "", key: "" }));
      });
    },
    // Not while Vite serves: it writes styles into the page.
    transformIndexHtml: (_page, { server }) =>
      server ? undefined : [{
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: PAGE_POLICY },
        injectTo: "head-prepend",
      }],
    buildStart() {
      readConfig(folder, process.env);
    },
    generateBundle(_options, bundle) {
      const config = readConfig(folder, process.env);
      if (!config) this.warn("No helpdesk is named: edit config.json and the headers before you publish the files.");
      const api = config ? new URL(config.url).origin : ANY_PROJECT;
      const example = readFileSync(`${folder}/config.example.json`, "utf-8");
      const names = Object.keys(bundle).sort().join("\n");
      const build = process.env.HELPDESK_BUILD || shortHash(names);
      const files = {
        "config.json": config ? JSON.stringify(config) + "\n" : example,
        "version.json": JSON.stringify({ build }) + "\n",
        "_headers": headersFile(api),
        "_redirects": redirectsFile(),
        "404.txt": "Not found\n",
        "customHttp.yml": amplifyHeaders(api),
      };
      for (const [fileName, source] of Object.entries(files)) this.emitFile({ type: "asset", fileName, source });
    },
  };
}

/** The names of the chunks carry a hash of their content: together they name the build. */
function shortHash(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const letter of text) hash = BigInt.asUintN(64, (hash ^ BigInt(letter.codePointAt(0)!)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
