/** Changes responses of lite's Auth to those of a hosted project. */

import type postgres from "postgres";
import { authError } from "../api/responses.ts";

/** Pass on the response to a sign-in or refresh. For a banned user, delete the new session and return an error. */
export async function rejectBannedUser(answer: Response, sql: postgres.Sql): Promise<Response> {
  if (answer.status !== 200) return answer;
  const id: unknown = (await answer.clone().json())?.user?.id;
  if (typeof id !== "string") return answer;
  const [banned] = await sql`select from auth.users where id = ${id} and banned_until > now()`;
  if (!banned) return answer;
  await sql`delete from auth.refresh_tokens where user_id::text = ${id}`;
  await sql`delete from auth.sessions where user_id = ${id}`;
  await answer.body?.cancel();
  return authError(400, "user_banned", "User is banned");
}
