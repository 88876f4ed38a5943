/** Realtime for one project: the handshake of sockets, broadcasts over HTTP, and what runs by the clock. */

import type postgres from "postgres";
import { urlProblem } from "../api/request_limits.ts";
import { type Credential, TokenError } from "./credentials.ts";
import { versionOf } from "./frames.ts";
import { broadcastOverHttp } from "./http.ts";
import { Hub } from "./hub.ts";
import { Socket } from "./socket.ts";
import { json, preflight, withCors } from "../api/responses.ts";
import type { Settings } from "../settings.ts";

/** A client that does not even answer pings is cut off without being asked: it would not answer that either. */
const DEAD_AFTER_S = 60;
const SWEEP_MS = 5000;
const HOUR_MS = 3_600_000;

export class Realtime {
  readonly #hub: Hub;
  readonly #timers: ReturnType<typeof setInterval>[];

  /** `guarded` rejects when the database's connections are lost, which the driver does not always tell. */
  constructor(
    private readonly settings: Settings,
    private readonly sql: postgres.Sql,
    databaseUrl: string,
    guarded: <T>(work: Promise<T>) => Promise<T>,
    private readonly deadAfter = DEAD_AFTER_S,
  ) {
    this.#hub = new Hub(settings, sql, databaseUrl, guarded);
    this.#timers = [
      setInterval(() => this.#sweep(), SWEEP_MS),
      setInterval(() => this.prepare().catch((error) => console.error("no partitions were made:", error)), HOUR_MS),
    ];
    for (const timer of this.#timers) Deno.unrefTimer(timer);
  }

  /** Make the days' partitions of the messages, in a database that has them. */
  async prepare(): Promise<void> {
    const [known] = await this.sql`select where to_regprocedure('realtime.local_partitions()') is not null`;
    if (known) await this.sql`select realtime.local_partitions()`;
  }

  async handle(request: Request): Promise<Response> {
    if (request.method === "OPTIONS") return preflight(request);
    const url = new URL(request.url);
    const misspelt = urlProblem(url);
    if (misspelt) return withCors(misspelt);
    const { pathname } = url;
    if (pathname === "/realtime/v1/websocket") return await this.#connect(request);
    const answer = this.settings.realtime.enabled ? await broadcastOverHttp(request, this.#hub) : suspended();
    return withCors(answer ?? json(404, { message: "no Route matched with those values" }));
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#hub.close();
  }

  #sweep(): void {
    for (const socket of this.#hub.sockets) (socket as Socket).sweep();
  }

  async #connect(request: Request): Promise<Response> {
    const misformed = handshakeProblem(request);
    if (misformed) return misformed;
    const { searchParams } = new URL(request.url);
    const version = versionOf(searchParams.get("vsn"));
    if (version === null) return new Response(null, { status: 403 });
    const admitted = await this.#admit(request, searchParams.get("apikey"));
    if ("status" in admitted) {
      await new Promise((resolve) => setTimeout(resolve, this.#hub.plan.connectErrorDelay));
      return json(admitted.status, { error: admitted.error });
    }
    // Nothing of the request can be read once it is upgraded.
    const headers = Object.fromEntries([...request.headers].filter(([name]) => name.startsWith("x-")));
    const offered = request.headers.get("sec-websocket-protocol")?.split(/\s*,\s*/) ?? [];
    const protocol = offered.includes("phoenix") ? { protocol: "phoenix" } : {};
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: this.deadAfter, ...protocol });
    new Socket(this.#hub, socket, version, admitted, headers);
    return response;
  }

  async #admit(request: Request, query: string | null): Promise<Credential | { status: number; error: string }> {
    const key = request.headers.get("x-api-key") ?? query;
    if (this.#hub.isClosing) return { status: 503, error: "Realtime is restarting, please standby" };
    if (!this.settings.realtime.enabled) return { status: 403, error: "Realtime was disabled for this tenant" };
    if (!key) return { status: 401, error: "API key is missing" };
    if (this.#hub.isFull) return { status: 429, error: "Too many connected users" };
    if (this.#hub.isOverJoins) return { status: 429, error: "Too many joins per second" };
    try {
      return await this.#hub.credential(key);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      const expired = error.message.startsWith("Token has expired");
      return { status: 401, error: expired ? "Token has expired" : error.message };
    }
  }
}

/** Why a request is no beginning of a WebSocket, or null. */
function handshakeProblem({ method, headers }: Request): Response | null {
  const has = (name: string, word: string) => (headers.get(name) ?? "").toLowerCase().split(/\s*,\s*/).includes(word);
  const asks = method === "GET" && has("upgrade", "websocket") && has("connection", "upgrade");
  if (!asks || !headers.get("sec-websocket-key")) return json(400, { error: "Not a WebSocket" });
  if (headers.get("sec-websocket-version") === "13") return null;
  return json(426, { error: "The version of WebSockets is 13" }, { "sec-websocket-version": "13" });
}

const suspended = (): Response => json(403, { message: "Tenant is suspended" });
