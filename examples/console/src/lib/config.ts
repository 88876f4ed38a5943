import * as z from "zod/mini";

/** Which helpdesk this console talks to: the file `/config.json` beside the static files. */
export type Config = { url: string; key: string };

const schema = z.object({ url: z.string(), key: z.string() });

/** What is wrong with the configuration; `reason` chooses the sentence. */
export class ConfigError extends Error {
  constructor(readonly reason: "missing" | "not_json" | "no_url" | "no_key" | "secret_key") {
    super(reason);
    this.name = "ConfigError";
  }
}

/** The configuration in a text. A secret key is refused: every visitor could read it. */
export function parseConfig(text: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError("not_json");
  }
  const { data } = z.safeParse(schema, value);
  if (!data || !URL.canParse(data.url) || !/^https?:/.test(data.url)) throw new ConfigError("no_url");
  if (isSecret(data.key)) throw new ConfigError("secret_key");
  if (!data.key.trim()) throw new ConfigError("no_key");
  return { url: data.url.replace(/\/+$/, ""), key: data.key.trim() };
}

/** Whether a key opens everything: `sb_secret_…`, or a token of the role `service_role`. */
export function isSecret(key: string): boolean {
  if (key.trim().startsWith("sb_secret_")) return true;
  try {
    const claims = key.split(".")[1] ?? "";
    return JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))).role === "service_role";
  } catch {
    return false;
  }
}

/** Read `/config.json`. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("/config.json").catch(() => null);
  if (!response?.ok) throw new ConfigError("missing");
  return parseConfig(await response.text());
}
