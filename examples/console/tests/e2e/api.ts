/** Requests past the console, as a person would send them with any client. */
import type { Person, World } from "./world.ts";

type Body = Record<string, unknown>;
// deno-lint-ignore no-explicit-any -- a story knows what it asked for
type Answer = any;

export type Api = {
  /** Call a function of the schema `helpdesk`. */
  rpc: (name: string, values?: Body) => Promise<Answer>;
  /** Rows of a table or view; `query` is in PostgREST's grammar. */
  rows: (table: string, query?: string) => Promise<Answer[]>;
  insert: (table: string, row: Body) => Promise<Answer>;
  update: (table: string, query: string, values: Body) => Promise<Answer[]>;
  remove: (table: string, query: string) => Promise<Answer[]>;
};

export type Session = {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  token_type: string;
  user: Body;
};

const sessions = new Map<string, Promise<Session>>();

/** A session of the person, the same for all requests of a story. */
export function session(world: World, person: Person): Promise<Session> {
  const known = sessions.get(person.email);
  if (known) return known;
  const made = newSession(world, person);
  sessions.set(person.email, made);
  return made;
}

/** A session of its own, as each browser has. */
export async function newSession(world: World, { email, password }: Person): Promise<Session> {
  const answer = await fetch(`${world.url}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: world.key, "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  if (!answer.ok) throw new Error(`sign-in of ${email}: ${await answer.text()}`);
  return await answer.json();
}

/** Requests of a person, or with the secret key. */
export function api(world: World, person: Person | "system"): Api {
  async function send(method: string, path: string, body?: Body): Promise<Answer> {
    const key = person === "system" ? world.secret_key : world.key;
    const token = person === "system" ? key : (await session(world, person)).access_token;
    const answer = await fetch(`${world.url}/rest/v1/${path}`, {
      method,
      headers: {
        apikey: key,
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        "Content-Profile": "helpdesk",
        "Accept-Profile": "helpdesk",
        Prefer: "return=representation",
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }
  return {
    rpc: (name, values = {}) => send("POST", `rpc/${name}`, values),
    rows: (table, query = "") => send("GET", `${table}?${query}`),
    insert: async (table, row) => (await send("POST", table, row))[0],
    update: (table, query, values) => send("PATCH", `${table}?${query}`, values),
    remove: (table, query) => send("DELETE", `${table}?${query}`),
  };
}
