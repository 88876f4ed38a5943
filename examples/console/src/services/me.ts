import { HelpdeskError } from "../lib/errors.ts";
import { compareSchema, OLD_SCHEMA } from "../lib/versions.ts";
import { teamsOfLogin, whoami } from "./auth.ts";
import { readHead } from "./live.ts";
import { schemaVersion } from "./schema.ts";

/** The person with a login, their teams, and where the event log ended before anything else was read. */
export async function readMe(loginId: string) {
  // The log is followed from before the first page is read: no change falls between the two.
  const cursor = readHead().catch(() => null);
  const [person, version, teams] = await Promise.all([whoami(), schemaVersion(), teamsOfLogin(loginId)]);
  const schema = compareSchema(version);
  if (schema === "older") throw new HelpdeskError({ message: version, code: OLD_SCHEMA });
  return { person, schema, teams, cursor: await cursor };
}
