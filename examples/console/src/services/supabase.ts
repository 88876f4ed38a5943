import type { AuthClient } from "@supabase/auth-js";
import { PostgrestClient } from "@supabase/postgrest-js";
import type { RealtimeClient } from "@supabase/realtime-js";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Config } from "../lib/config.ts";
import type { Database } from "../lib/database.types.ts";
import { HelpdeskError } from "../lib/errors.ts";
import { readStoredSession } from "../lib/storedSession.ts";

/**
 * supabase-js in the parts that a page needs at once. Its realtime part comes when the page is there; uploads and
 * functions are plain requests. All in one it is 30 kB more before the first ticket is seen.
 */
export type Client = Pick<SupabaseClient<Database, "helpdesk">, "from" | "rpc"> & {
  auth: InstanceType<typeof AuthClient>;
};

type Auth = Client["auth"];

let started: Client | null = null;
let startedWith: Config | null = null;
let session: Auth | null = null;
let onSession: (given: Auth) => void;
const sessionStarted = new Promise<Auth>((resolve) => onSession = resolve);

/** Make the one client of this page. Until there is a session, it asks with the token that is stored. */
export function startClient({ url, key }: Config): Client {
  startedWith = { url, key };
  const rest = new PostgrestClient(`${url}/rest/v1`, {
    schema: "helpdesk",
    fetch: async (address: RequestInfo | URL, init?: RequestInit) => {
      const send = async () => {
        const headers = new Headers(init?.headers);
        for (const [name, value] of Object.entries(await credentials())) headers.set(name, value);
        return await fetch(address, { ...init, headers });
      };
      const response = await send();
      return response.status === 401 && await renewSession(response) ? await send() : response;
    },
  }) as unknown as SupabaseClient<Database, "helpdesk">;
  started = {
    from: rest.from.bind(rest),
    rpc: rest.rpc.bind(rest),
    get auth() {
      if (!session) throw new Error("startSession() comes first");
      return session;
    },
  };
  return started;
}

/** Requests take their token from this session. */
export function takeSession(given: Auth): void {
  session = given;
  onSession(given);
}

/** The client of this page. */
export function client(): Client {
  if (!started) throw new Error("startClient() comes first");
  return started;
}

/** The address and the key of this page, for what supabase-js cannot do: an upload that shows its progress. */
export function connection(): Config {
  if (!startedWith) throw new Error("startClient() comes first");
  return startedWith;
}

/** The headers of a request by the person who is signed in. */
export async function credentials(): Promise<{ apikey: string; Authorization: string }> {
  const { key } = connection();
  return { apikey: key, Authorization: `Bearer ${await accessToken() ?? key}` };
}

const RENEWAL_PAUSE = 30_000;
let renewedAt = -Infinity;
let renewal: Promise<boolean> | null = null;

/** The server calls the token expired, while this device's clock does not: get a new one, though not again and again. */
async function renewSession(refused: Response): Promise<boolean> {
  const answer = await refused.clone().json().catch(() => null);
  if (!String(answer?.code).startsWith("PGRST30")) return false;
  if (renewal) return await renewal;
  if (performance.now() - renewedAt < RENEWAL_PAUSE) return false;
  renewedAt = performance.now();
  // The first requests of a page are sent before there is one.
  renewal = sessionStarted.then((auth) => auth.refreshSession()).then(({ error }) => error === null, () => false);
  return await renewal.finally(() => renewal = null);
}

async function accessToken(): Promise<string | null> {
  if (!session) return readStoredSession(connection().key)?.accessToken ?? null;
  const { data } = await session.getSession();
  return data.session?.access_token ?? null;
}

let live: Promise<RealtimeClient> | null = null;

/** The one connection for live events; fetched when it is first asked for. */
export function realtime(): Promise<RealtimeClient> {
  live ??= import("@supabase/realtime-js").then(({ RealtimeClient }) => {
    const { url, key } = connection();
    const made = new RealtimeClient(`${url.replace(/^http/, "ws")}/realtime/v1`, {
      params: { apikey: key },
      accessToken,
    });
    // A new token reaches the channels that are open.
    client().auth.onAuthStateChange((event) => {
      if (event === "TOKEN_REFRESHED" || event === "SIGNED_IN") setTimeout(() => void made.setAuth());
    });
    return made;
  });
  live.catch(() => live = null);
  return live;
}

type Answer<T> = {
  data: T;
  error: { message: string; details?: string; hint?: string; code?: string } | null;
  status?: number;
};

/** The data of a request, or a HelpdeskError. */
export async function call<T>(request: PromiseLike<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, status } = await request;
  if (error) throw new HelpdeskError({ ...error, status: status ?? 0 });
  return data as NonNullable<T>;
}
