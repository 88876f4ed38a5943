/** Which helpdesk this console talks to: the file `/config.json` beside the static files. */
export type Config = { url: string; key: string };

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
  const { url, key } = Object(value) as Partial<Record<"url" | "key", unknown>>;
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:/.test(url)) throw new ConfigError("no_url");
  if (typeof key !== "string" || !key.trim()) throw new ConfigError("no_key");
  if (isSecret(key)) throw new ConfigError("secret_key");
  return { url: url.replace(/\/+$/, ""), key: key.trim() };
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
