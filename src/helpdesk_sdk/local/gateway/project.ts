/** One database served as a Supabase project: Data API, Auth, Storage, Realtime, functions. */

import { App, type IntrospectResult } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { adminApi } from "./api/auth_admin.ts";
import { Functions } from "./functions/functions.ts";
import { checked } from "./api/request_limits.ts";
import { withLiterals } from "./lite/query_literals.ts";
import { Realtime } from "./realtime/server.ts";
import { databaseLost, databaseUnavailable, json, preflight, restError, withCors } from "./api/responses.ts";
import type { Settings } from "./settings.ts";
import { likeHostedStorage, refuseBanned, signedUrlProblem } from "./lite/auth_and_storage.ts";
import { isConnectionLost } from "./api/connection_errors.ts";
import { driverOptions } from "./lite/values.ts";
import { applyShims, withDefaultSchema } from "./lite/shims.ts";
import { FileStorage } from "./api/storage.ts";
import { restTokenProblem } from "./api/tokens.ts";

/** For this long after a connection broke, a failing request is put down to the database. */
const OUTAGE_MS = 3000;

export class Project {
  readonly #app: App;
  readonly #connection: PostgresConnection;
  readonly #functions: Functions;
  readonly #realtime: Realtime;
  #lastLoss = -Infinity;
  readonly #waiting = new Set<{ since: number; giveUp: () => void }>();
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;

  /** `extra` answers paths that are no part of a Supabase project, or null. */
  constructor(
    private readonly settings: Settings,
    readonly database: string,
    connections: number,
    private readonly extra: (request: Request, path: string) => Promise<Response | null> = () => Promise.resolve(null),
  ) {
    const onclose = () => {
      const loss = this.#lastLoss = performance.now();
      Deno.unrefTimer(setTimeout(() => this.#giveUpOn(loss), OUTAGE_MS));
    };
    this.#connection = new PostgresConnection({
      url: databaseUrl(settings.db_url, database),
      // No lifetime: a connection that closes is one that was lost.
      postgresOptions: { ...driverOptions, max: connections, connect_timeout: 5, max_lifetime: null, onclose },
    });
    applyShims(this.#connection, this.#connection.driver, settings.schemas);
    const { publishable_key, secret_key, jwt_secret } = settings;
    this.#app = new App({
      connection: this.#connection,
      api: { ...settings.api, schemas: settings.schemas },
      auth: { ...settings.auth, enabled: true, jwt_secret, publishable_key, secret_key },
      storage: { enabled: true },
      options: { server: { disableStudio: true } },
      // deno-lint-ignore no-explicit-any -- the type demands every setting that has a default
    } as any) as App;
    this.#app._storageAdapter = new FileStorage(`${settings.storage_dir}/${database}`);
    const url = databaseUrl(settings.db_url, database);
    this.#functions = new Functions(settings, url);
    this.#realtime = new Realtime(settings, this.#connection.driver, url, (work) => this.#unlessLost(work));
  }

  /** Create what Auth, Storage and the history of migrations need in the database. */
  async prepare(): Promise<void> {
    await this.#app.ensureSystemSchema();
    await this.#realtime.prepare();
  }

  /** What tables and functions the database has, as the Data API sees it. */
  async catalog(): Promise<IntrospectResult> {
    return await this.#connection.introspect({ useCache: true });
  }

  /** Take over the catalog of a database that is alike, instead of looking it up. */
  adoptCatalog(catalog: IntrospectResult): void {
    const inner = this.#connection as unknown as { introspection: IntrospectResult };
    inner.introspection = { ...catalog, database_name: this.database };
  }

  /** Serve on a loopback port (0: any free one) and return it. */
  async listen(port: number): Promise<number> {
    const sql = this.#connection.driver;
    await sql.listen("pgrst", () => void this.#connection.clearSchemaCache());
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request, info) => {
      return this.handle(request, info.remoteAddr.hostname);
    });
    this.#functions.serveAt(this.#server.addr.port);
    // Looked up now, not by the first request.
    this.catalog().catch((error) => console.error("the catalog could not be read:", error));
    return this.#server.addr.port;
  }

  async close(): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, 3000));
    // First, so that clients are told to come again before their connections are cut.
    await Promise.race([this.#realtime.close(), patience]);
    await Promise.race([this.#server?.shutdown(), patience]);
    await Promise.race([
      Promise.all([this.#functions.close(), this.#connection.driver.end({ timeout: 1 })]),
      patience,
    ]);
  }

  async handle(request: Request, peer: string): Promise<Response> {
    if (!URL.canParse(request.url)) return json(400, { message: "The host of the request is none" });
    const { pathname } = new URL(request.url);
    // A function answers its own preflight, as on hosted Supabase.
    if (pathname.startsWith("/functions/v1/")) return await this.#functions.handle(request, peer);
    if (pathname.startsWith("/realtime/v1/")) return await this.#realtime.handle(request);
    if (request.method === "OPTIONS") return preflight(request);
    return withCors(await this.#guarded(request, pathname, peer));
  }

  /** The answer; or, when the driver has lost the request together with its connection, the admission of that. */
  async #guarded(request: Request, pathname: string, peer: string): Promise<Response> {
    const reads = request.method === "GET" || request.method === "HEAD";
    const answer = this.#answer(request, pathname, peer);
    return await this.#unless(answer, (resolve) => resolve(reads ? databaseUnavailable() : databaseLost()));
  }

  async #unlessLost<T>(work: Promise<T>): Promise<T> {
    const lost = Object.assign(new Error("the connection was lost"), { code: "CONNECTION_CLOSED" });
    return await this.#unless(work, (_, reject) => reject(lost));
  }

  /** What comes of work with the database, unless its connection breaks. */
  async #unless<T>(
    work: Promise<T>,
    onLoss: (resolve: (value: T) => void, reject: (reason: Error) => void) => void,
  ): Promise<T> {
    const { promise: lost, resolve, reject } = Promise.withResolvers<T>();
    const entry = { since: performance.now(), giveUp: () => onLoss(resolve, reject) };
    this.#waiting.add(entry);
    try {
      return await Promise.race([work, lost]);
    } finally {
      this.#waiting.delete(entry);
    }
  }

  /** A transaction whose connection breaks may never settle in the driver. */
  #giveUpOn(loss: number): void {
    for (const entry of this.#waiting) if (entry.since < loss) entry.giveUp();
  }

  async #answer(request: Request, pathname: string, peer: string): Promise<Response> {
    try {
      const response = await this.#route(request, pathname, peer);
      if (response.status < 500 || response.status === 503 || !await this.#isOutage()) return response;
      await response.body?.cancel();
      return databaseUnavailable();
    } catch (error) {
      if (isConnectionLost(error) || await this.#isOutage()) return databaseUnavailable();
      console.error(error);
      return restError(500, "SUP", "The gateway failed; its log has the reason");
    }
  }

  async #route(request: Request, pathname: string, peer: string): Promise<Response> {
    if (!/^\/(rest|auth|storage)\/v1(\/|$)/.test(pathname)) {
      return await this.extra(request, pathname) ?? json(404, { message: "no Route matched with those values" });
    }
    const judged = await checked(request);
    if (judged instanceof Response) return judged;
    if (pathname.startsWith("/auth/")) return await this.#auth(judged, pathname, peer);
    if (pathname.startsWith("/storage/")) return await this.#storage(judged, peer);
    const problem = await restTokenProblem(judged, this.settings);
    return problem ??
      await this.#app.fetch(withDefaultSchema(withLiterals(judged), this.settings.schemas[0]!), { peerAddress: peer });
  }

  async #auth(request: Request, pathname: string, peer: string): Promise<Response> {
    const sql = this.#connection.driver;
    if (pathname.startsWith("/auth/v1/admin/")) return await adminApi(request, sql, this.settings);
    const answer = await this.#app.fetch(request, { peerAddress: peer });
    return pathname === "/auth/v1/token" ? await refuseBanned(answer, sql) : answer;
  }

  async #storage(request: Request, peer: string): Promise<Response> {
    const problem = await signedUrlProblem(request, this.settings.jwt_secret);
    if (problem) return problem;
    return await likeHostedStorage(request, await this.#app.fetch(request.clone(), { peerAddress: peer }));
  }

  async #isOutage(): Promise<boolean> {
    if (performance.now() - this.#lastLoss < OUTAGE_MS) return true;
    try {
      await this.#connection.driver`select 1`;
      return false;
    } catch {
      return true;
    }
  }
}

/** The URL of another database of the same server. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.toString();
}
