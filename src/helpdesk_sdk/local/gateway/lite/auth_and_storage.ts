/** Answers of lite's Auth and Storage, as a hosted project gives them. */

import type postgres from "postgres";
import { authError } from "../api/responses.ts";
import { verify } from "../api/tokens.ts";

/** The answer to a sign-in or a refresh, unless the login is banned: then a refusal, and the new session is gone. */
export async function refuseBanned(answer: Response, sql: postgres.Sql): Promise<Response> {
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

/** Storage's answers with hosted's names: signed URLs, and names in a folder without the folder. */
export async function likeHostedStorage(request: Request, answer: Response): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, action] = pathname.match(/^\/storage\/v1\/object\/(sign|list)\//) ?? [];
  if (action === undefined || request.method !== "POST" || answer.status !== 200) return answer;
  const body: unknown = await answer.json();
  if (action === "sign") return Response.json(Array.isArray(body) ? body.map(hostedSignature) : hostedSignature(body));
  const { prefix } = await request.json() as { prefix?: string };
  const folder = prefix ? prefix.replace(/\/*$/, "/") : "";
  return Response.json((body as { name: string }[]).map((entry) => ({
    ...entry,
    name: entry.name.startsWith(folder) ? entry.name.slice(folder.length) : entry.name,
  })));
}

/** A signed URL whose token was not made here, or is too old: refused, where lite would fail. */
export async function signedUrlProblem(request: Request, jwtSecret: string): Promise<Response | null> {
  const { pathname, searchParams } = new URL(request.url);
  if (!pathname.startsWith("/storage/v1/object/sign/") || request.method !== "GET") return null;
  const verdict = await verify(searchParams.get("token") ?? "", jwtSecret);
  if ("role" in verdict) return null;
  const message = verdict.problem === "expired"
    ? '"exp" claim timestamp check failed'
    : "signature verification failed";
  return Response.json({ statusCode: "400", error: "InvalidJWT", message }, { status: 400 });
}

function hostedSignature(signed: unknown): Record<string, unknown> {
  const { signedUrl, ...others } = signed as Record<string, unknown>;
  const url = others.signedURL ?? signedUrl;
  return { ...others, signedURL: typeof url === "string" ? url.replace(/^\/storage\/v1/, "") : null };
}
