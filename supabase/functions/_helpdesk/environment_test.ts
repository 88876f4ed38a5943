import { readEnvironment } from "./environment.ts";

function reader(values: Record<string, string>): (name: string) => string | undefined {
  return (name) => values[name];
}

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`);
}

Deno.test("the named secret key wins over the legacy variable", () => {
  const found = readEnvironment(reader({
    SUPABASE_URL: "http://project",
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_new"}',
    SUPABASE_SERVICE_ROLE_KEY: "legacy",
  }));
  equal(found.url, "http://project");
  equal(found.secretKey, "sb_secret_new");
});

Deno.test("a project with only the legacy variable works", () => {
  equal(
    readEnvironment(reader({ SUPABASE_URL: "http://project", SUPABASE_SERVICE_ROLE_KEY: "legacy" })).secretKey,
    "legacy",
  );
});

Deno.test("a missing key is an error", () => {
  let message = "";
  try {
    readEnvironment(reader({ SUPABASE_URL: "http://project" }));
  } catch (error) {
    message = (error as Error).message;
  }
  equal(message, "SUPABASE_URL and a secret key must be set");
});
