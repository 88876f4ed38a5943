/** Changes responses of lite's Auth and Storage to those of a hosted project. */

import type postgres from "postgres";
import { authError } from "../api/responses.ts";
import { verifyToken } from "../api/tokens.ts";

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

/** Storage's responses with hosted's field name for signed URLs, and with file names relative to the listed folder. */
export async function toHostedStorage(request: Request, answer: Response): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, action] = pathname.match(/^\/storage\/v1\/object\/(sign|list)\//) ?? [];
  if (action === undefined || request.method !== "POST" || answer.status !== 200) return answer;
  const body: unknown = await answer.json();
  if (action === "sign") {
    return Response.json(Array.isArray(body) ? body.map(toHostedSignedUrl) : toHostedSignedUrl(body));
  }
  const { prefix } = await request.json() as { prefix?: string };
  const folder = prefix ? prefix.replace(/\/*$/, "/") : "";
  return Response.json((body as { name: string }[]).map((entry) => ({
    ...entry,
    name: entry.name.startsWith(folder) ? entry.name.slice(folder.length) : entry.name,
  })));
}

/** The error response for a signed URL with an invalid or expired token, or null. Lite would answer 500. */
export async function signedUrlProblem(request: Request, jwtSecret: string): Promise<Response | null> {
  const { pathname, searchParams } = new URL(request.url);
  if (!pathname.startsWith("/storage/v1/object/sign/") || request.method !== "GET") return null;
  const verdict = await verifyToken(searchParams.get("token") ?? "", jwtSecret);
  if ("role" in verdict) return null;
  const message = verdict.problem === "expired"
    ? '"exp" claim timestamp check failed'
    : "signature verification failed";
  return Response.json({ statusCode: "400", error: "InvalidJWT", message }, { status: 400 });
}

function toHostedSignedUrl(signed: unknown): Record<string, unknown> {
  const { signedUrl, ...others } = signed as Record<string, unknown>;
  const url = others.signedURL ?? signedUrl;
  return { ...others, signedURL: typeof url === "string" ? url.replace(/^\/storage\/v1/, "") : null };
}
