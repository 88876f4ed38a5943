/** Realtime for one project: the WebSocket handshake, broadcasts over HTTP, and periodic work. */

import type postgres from "postgres";
import { urlProblem } from "../api/request_limits.ts";
import { type Credential, TokenError } from "./credentials.ts";
import { versionOf } from "./frames.ts";
import { broadcastOverHttp } from "./http.ts";
import { Hub } from "./hub.ts";
import { Socket } from "./socket.ts";
import { json, preflight, withCors } from "../api/responses.ts";
import type { Settings } from "../settings.ts";

/** A client that answers no ping is disconnected without a close handshake, which it would not answer either. */
const PING_TIMEOUT_S = 60;
const SWEEP_MS = 5000;
const HOUR_MS = 3_600_000;

export class Realtime {
  readonly #hub: Hub;
  readonly #timers: ReturnType<typeof setInterval>[];

  /** `rejectOnLoss` rejects when the database connection is lost, which the driver does not always report. */
  constructor(
    private readonly settings: Settings,
    private readonly sql: postgres.Sql,
    databaseUrl: string,
    rejectOnLoss: <T>(work: Promise<T>) => Promise<T>,
    private readonly pingTimeout = PING_TIMEOUT_S,
  ) {
    this.#hub = new Hub(settings, sql, databaseUrl, rejectOnLoss);
    this.#timers = [
      setInterval(() => this.#closeIfIdle(), SWEEP_MS),
      setInterval(
        () =>
          this.createPartitions().catch((error) =>
            console.error("the partitions of realtime.messages could not be created:", error)
          ),
        HOUR_MS,
      ),
    ];
    for (const timer of this.#timers) Deno.unrefTimer(timer);
  }

  /** Create the daily partitions of realtime.messages, if the database has that table. */
  async createPartitions(): Promise<void> {
    const [known] = await this.sql`select where to_regprocedure('realtime.local_partitions()') is not null`;
    if (known) await this.sql`select realtime.local_partitions()`;
  }

  async handle(request: Request): Promise<Response> {
    if (request.method === "OPTIONS") return preflight(request);
    const url = new URL(request.url);
    const badUrl = urlProblem(url);
    if (badUrl) return withCors(badUrl);
    const { pathname } = url;
    if (pathname === "/realtime/v1/websocket") return await this.#connect(request);
    const answer = this.settings.realtime.enabled ? await broadcastOverHttp(request, this.#hub) : tenantSuspended();
    return withCors(answer ?? json(404, { message: "no Route matched with those values" }));
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#hub.close();
  }

  #closeIfIdle(): void {
    for (const socket of this.#hub.sockets) (socket as Socket).closeIfIdle();
  }

  async #connect(request: Request): Promise<Response> {
    const badHandshake = handshakeProblem(request);
    if (badHandshake) return badHandshake;
    const { searchParams } = new URL(request.url);
    const version = versionOf(searchParams.get("vsn"));
    if (version === null) return new Response(null, { status: 403 });
    const admitted = await this.#admit(request, searchParams.get("apikey"));
    if ("status" in admitted) {
      await new Promise((resolve) => setTimeout(resolve, this.#hub.plan.connectErrorDelay));
      return json(admitted.status, { error: admitted.error });
    }
    // The request cannot be read after the upgrade.
    const headers = Object.fromEntries([...request.headers].filter(([name]) => name.startsWith("x-")));
    const offered = request.headers.get("sec-websocket-protocol")?.split(/\s*,\s*/) ?? [];
    const protocol = offered.includes("phoenix") ? { protocol: "phoenix" } : {};
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: this.pingTimeout, ...protocol });
    new Socket(this.#hub, socket, version, admitted, headers);
    return response;
  }

  async #admit(request: Request, query: string | null): Promise<Credential | { status: number; error: string }> {
    const key = request.headers.get("x-api-key") ?? query;
    if (this.#hub.isClosing) return { status: 503, error: "Realtime is restarting, please standby" };
    if (!this.settings.realtime.enabled) return { status: 403, error: "Realtime was disabled for this tenant" };
    if (!key) return { status: 401, error: "API key is missing" };
    if (this.#hub.isFull) return { status: 429, error: "Too many connected users" };
    if (this.#hub.isOverJoinRate) return { status: 429, error: "Too many joins per second" };
    try {
      return await this.#hub.verifyCredential(key);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      const expired = error.message.startsWith("Token has expired");
      return { status: 401, error: expired ? "Token has expired" : error.message };
    }
  }
}

/** The error response for an invalid WebSocket handshake, or null. */
function handshakeProblem({ method, headers }: Request): Response | null {
  const has = (name: string, word: string) => (headers.get(name) ?? "").toLowerCase().split(/\s*,\s*/).includes(word);
  const asks = method === "GET" && has("upgrade", "websocket") && has("connection", "upgrade");
  if (!asks || !headers.get("sec-websocket-key")) return json(400, { error: "Not a WebSocket" });
  if (headers.get("sec-websocket-version") === "13") return null;
  return json(426, { error: "The version of WebSockets is 13" }, { "sec-websocket-version": "13" });
}

const tenantSuspended = (): Response => json(403, { message: "Tenant is suspended" });
