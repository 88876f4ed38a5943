/** The environment variables that the platform sets for every function, and those that a project sets for the assistant. */

export interface Environment {
  url: string;
  secretKey: string;
  /** For requests in the name of a person; the secret key in a project that names no other. */
  publicKey: string;
}

/** Reads a variable; `Deno.env.get` except in tests. */
export type Read = (name: string) => string | undefined;

/** The project's URL and keys. New projects have named keys in one variable, older projects one key in its own variable. */
export function readEnvironment(read: Read): Environment {
  const url = read("SUPABASE_URL");
  const secretKey = namedKey(read("SUPABASE_SECRET_KEYS")) ?? read("SUPABASE_SERVICE_ROLE_KEY");
  if (!url || !secretKey) throw new Error("SUPABASE_URL and a secret key must be set");
  const publicKey = namedKey(optional(read, "SUPABASE_PUBLISHABLE_KEYS")) || optional(read, "SUPABASE_ANON_KEY");
  return { url, secretKey, publicKey: publicKey || secretKey };
}

/** A variable that need not be set; the local stack permits to read only those that are. */
export function optional(read: Read, name: string): string | undefined {
  try {
    return read(name)?.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The language model that the environment names: where it is, its key, and its model. */
export interface ModelEnvironment {
  url: string;
  key: string | null;
  model: string | null;
}

/** The language model, or null when there is none. @throws when OPENAI_BASE_URL is no URL */
export function readModel(read: Read): ModelEnvironment | null {
  const [base, key] = [optional(read, "OPENAI_BASE_URL"), optional(read, "OPENAI_API_KEY")];
  if (!base && !key) return null;
  const url = (base ?? "https://api.openai.com/v1").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) throw new Error("OPENAI_BASE_URL must be an http(s) URL");
  return { url, key: key ?? null, model: optional(read, "OPENAI_MODEL") ?? null };
}

function namedKey(keys: string | undefined): string | undefined {
  if (!keys) return undefined;
  const value: unknown = (JSON.parse(keys) as Record<string, unknown>)["default"];
  return typeof value === "string" ? value : undefined;
}
