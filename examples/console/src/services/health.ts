import { call, client, connection } from "./supabase.ts";

/** How long one statement of a person may take. */
export async function statementTimeouts() {
  return await call(client().rpc("statement_timeouts"));
}

/** Transactions that have written and are open for at least so many seconds: they hold events back. */
export async function openTransactions(minSeconds: number) {
  return await call(client().rpc("open_transactions", { min_seconds: minSeconds }));
}

/** How far the vectors of articles and examples are. */
export async function embeddingProgress() {
  return await call(client().rpc("embedding_progress"));
}

/** How many seconds the clock of the server is ahead of this device's; null when the server does not say. */
export async function clockSkew(): Promise<number | null> {
  const { url, key } = connection();
  const sent = Date.now();
  const response = await fetch(`${url}/auth/v1/settings`, { headers: { apikey: key } });
  const date = response.headers.get("date");
  return date ? Math.round((Date.parse(date) - (sent + Date.now()) / 2) / 1000) : null;
}
