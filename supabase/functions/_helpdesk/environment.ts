/** The environment variables that the platform sets for every function. */

export interface Environment {
  url: string;
  secretKey: string;
}

/** Reads a variable; `Deno.env.get` except in tests. */
export type Read = (name: string) => string | undefined;

/** The project's URL and secret key. New projects have named keys in one variable, older projects one key in its own variable. */
export function readEnvironment(read: Read): Environment {
  const url = read("SUPABASE_URL");
  const secretKey = namedKey(read("SUPABASE_SECRET_KEYS")) ?? read("SUPABASE_SERVICE_ROLE_KEY");
  if (!url || !secretKey) throw new Error("SUPABASE_URL and a secret key must be set");
  return { url, secretKey };
}

function namedKey(keys: string | undefined): string | undefined {
  if (!keys) return undefined;
  const value: unknown = (JSON.parse(keys) as Record<string, unknown>)["default"];
  return typeof value === "string" ? value : undefined;
}
