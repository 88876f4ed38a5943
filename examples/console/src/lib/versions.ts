/** The newest migration that this console was built for; a test compares it with the repository. */
export const SCHEMA = "20261122002630";

/** The code of the error when the database lacks migrations that this console needs. */
export const OLD_SCHEMA = "20261122002630";

const STAMP = "helpdesk.reloaded";

/** How the database's newest migration stands to the console. Migrations are named by their time: text order is theirs. */
export function compareSchema(version: string): "same" | "older" | "newer" {
  return version === SCHEMA ? "same" : version < SCHEMA ? "older" : "newer";
}

/** The id of the build on the server; null when it cannot be read. */
export async function readBuild(): Promise<string | null> {
  try {
    const response = await fetch("/version.json", { cache: "no-store" });
    const answer: unknown = await response.json();
    return response.ok && answer && typeof answer === "object" && "build" in answer ? String(answer.build) : null;
  } catch {
    return null;
  }
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
