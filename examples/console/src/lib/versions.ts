/** The newest migration that this console was built for; a test compares it with the repository. */
export const SCHEMA = "20261129000615";

/** The code of the error when the database lacks migrations that this console needs. */
export const OLD_SCHEMA = "old_schema";

const STAMP = "helpdesk.reloaded";

/** How the database's newest migration stands to the console. Migrations are named by their time: text order is theirs. */
export function compareSchema(version: string): "same" | "older" | "newer" {
  return version === SCHEMA ? "same" : version < SCHEMA ? "older" : "newer";
}

/** What the host of the console says: the id of its build, and how many milliseconds this device's clock is ahead. */
export type HostNews = { build: string | null; clockError: number | null };

export async function readHostNews(): Promise<HostNews> {
  try {
    const asked = Date.now();
    const response = await fetch("/version.json", { cache: "no-store" });
    const clockError = clockErrorOf(response.headers, (asked + Date.now()) / 2);
    const answer: unknown = await response.json().catch(() => null);
    const isBuild = response.ok && answer && typeof answer === "object" && "build" in answer;
    return { build: isBuild ? String(answer.build) : null, clockError };
  } catch {
    return { build: null, clockError: null };
  }
}

/** How far a clock is ahead of the server that sent these headers; null when they do not say the time. */
export function clockErrorOf(headers: Headers, now: number): number | null {
  const sent = Date.parse(headers.get("date") ?? "");
  // A cache between the two has kept the answer for a while.
  const age = Number(headers.get("age") ?? 0);
  return Number.isNaN(sent) || !(age >= 0) ? null : now - (sent + age * 1000);
}

/** Reload the page, once for a missing file: a second time would go on for ever. */
export function reloadOnce(now = Date.now()): boolean {
  try {
    if (now - Number(sessionStorage.getItem(STAMP) ?? 0) < 60_000) return false;
    sessionStorage.setItem(STAMP, String(now));
  } catch {
    return false;
  }
  location.reload();
  return true;
}
