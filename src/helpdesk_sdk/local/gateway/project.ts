/** One database served as a Supabase project: Data API, Auth, Storage, Realtime, functions. */

import { App, type IntrospectResult } from "@supabase/lite";
import { PostgresConnection } from "@supabase/lite/postgres";
import { adminApi } from "./api/auth_admin.ts";
import { DeliveryTimer } from "./functions/delivery_timer.ts";
import { Functions } from "./functions/functions.ts";
import { checkRequest, urlProblem } from "./api/request_limits.ts";
import { embeds, keepRelations } from "./lite/embeds.ts";
import { keepQueryValues } from "./lite/query_literals.ts";
import { Mails, withKnownType } from "./lite/mails.ts";
import { Catcher } from "./mailbox/catcher.ts";
import { Mailbox } from "./mailbox/mailbox.ts";
import { mailsAnswer } from "./mailbox/routes.ts";
import { keepBodyValues } from "./lite/request_body.ts";
import { printable } from "./realtime/log.ts";
import { Realtime } from "./realtime/server.ts";
import { databaseLost, databaseUnavailable, json, packed, preflight, restError, withCors } from "./api/responses.ts";
import type { Settings } from "./settings.ts";
import { rejectBannedUser } from "./lite/sign_ins.ts";
import { isConnectionLost } from "./api/connection_errors.ts";
import { withoutLookups } from "./lite/logins.ts";
import { Turns } from "./lite/turns.ts";
import { driverOptions } from "./lite/values.ts";
import { applyShims, withDefaultSchema } from "./lite/shims.ts";
import { parseSize } from "./storage/files.ts";
import { Storage } from "./storage/storage.ts";
import { apiKey, tokenProblem, withBearer } from "./api/tokens.ts";
import { upsertProblem } from "./lite/upserts.ts";

/** A request that fails within this time after a lost connection counts as a database failure. */
const OUTAGE_MS = 3000;

export class Project {
  readonly #app: App;
  readonly #connection: PostgresConnection;
  readonly #functions: Functions;
  readonly #realtime: Realtime;
  readonly #storage: Storage;
  #lastLoss = -Infinity;
  readonly #mailbox = new Mailbox();
  readonly #catcher = new Catcher((envelope, raw) => this.#mailbox.addRaw(envelope, raw));
  readonly #mails = new Mails(this.#mailbox, () => `http://127.0.0.1:${this.#server?.addr.port ?? this.settings.port}`);
  readonly #signIns = new Turns();
  /** Sends webhooks when it is started. */
  readonly deliveries = new DeliveryTimer({ isDue: () => this.#isDeliveryDue(), deliver: () => this.#deliver() });
  readonly #pending = new Set<{ since: number; abandon: () => void }>();
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;

  /** `fallback` handles paths outside the Supabase URL space; it returns null for unknown paths. */
  constructor(
    private readonly settings: Settings,
    readonly database: string,
    connections: number,
    private readonly fallback: (request: Request, path: string) => Promise<Response | null> = () =>
      Promise.resolve(null),
  ) {
    const onclose = () => {
      const loss = this.#lastLoss = performance.now();
      Deno.unrefTimer(setTimeout(() => this.#abandonBefore(loss), OUTAGE_MS));
    };
    this.#connection = new PostgresConnection({
      url: databaseUrl(settings.db_url, database),
      // No lifetime, so that a closed connection is always a lost connection.
      postgresOptions: { ...driverOptions, max: connections, connect_timeout: 5, max_lifetime: null, onclose },
    });
    applyShims(this.#connection, this.#connection.driver, settings.schemas);
    const { publishable_key, secret_key, jwt_secret } = settings;
    this.#app = new App({
      connection: this.#connection,
      api: { ...settings.api, schemas: settings.schemas },
      auth: { ...settings.auth, enabled: true, jwt_secret, publishable_key, secret_key },
      storage: { enabled: true },
      options: { server: { disableStudio: true }, drivers: { email: this.#mails } },
      // deno-lint-ignore no-explicit-any -- the type demands every setting that has a default
    } as any) as App;
    // Lite serves the buckets only when it has an adapter; it never calls the adapter for them.
    this.#app._storageAdapter = {} as NonNullable<App["_storageAdapter"]>;
    const sizeLimit = parseSize(settings.storage.file_size_limit);
    const directory = `${settings.storage_dir}/${database}`;
    this.#storage = new Storage(this.#connection.driver, settings, directory, sizeLimit);
    const url = databaseUrl(settings.db_url, database);
    this.#functions = new Functions(settings, url);
    this.#realtime = new Realtime(settings, this.#connection.driver, url, (work) => this.#rejectOnLoss(work));
  }

  /** Create the database objects of Auth, Storage and the migration history. */
  async prepare(): Promise<void> {
    await this.#app.ensureSystemSchema();
    await this.#realtime.createPartitions();
  }

  /** The tables and functions of the database, as the Data API sees them. */
  async catalog(): Promise<IntrospectResult> {
    return await this.#connection.introspect({ useCache: true });
  }

  /** The newest migration in the database's history; null without one. */
  async schemaVersion(): Promise<string | null> {
    const sql = this.#connection.driver;
    const [found] = await sql`select max(version) as version from supabase_migrations.schema_migrations`;
    return found?.version ?? null;
  }

  /** Use the catalog of a database with the same tables instead of reading it from this database. */
  useCatalog(catalog: IntrospectResult): void {
    const inner = this.#connection as unknown as { introspection: IntrospectResult };
    inner.introspection = { ...catalog, database_name: this.database };
  }

  /** Serve on a loopback port (0: any free port) and return it. */
  async listen(port: number): Promise<number> {
    await this.#storage.clean();
    const sql = this.#connection.driver;
    await sql.listen("pgrst", () => void this.#connection.clearSchemaCache());
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request, info) => {
      return this.handle(request, info.remoteAddr.hostname);
    });
    this.#functions.setGatewayPort(this.#server.addr.port);
    // Read the catalog now, so that the first request does not wait for it.
    this.catalog().catch((error) => console.error("the catalog could not be read:", error));
    return this.#server.addr.port;
  }

  /** Receive mails by SMTP on a loopback port, this one if it is free, and return it. The functions send them there. */
  async receiveMails(port: number): Promise<number> {
    const found = await this.#catcher.listen(port);
    this.#functions.setMailUrl(`smtp://127.0.0.1:${found}`);
    return found;
  }

  async close(): Promise<void> {
    const timeout = new Promise((resolve) => setTimeout(resolve, 3000));
    const stopped = this.deliveries.stop();
    // Realtime closes first, so that its clients receive a close code that makes them reconnect.
    await Promise.race([this.#realtime.close(), timeout]);
    await Promise.race([this.#server?.shutdown(), timeout]);
    await Promise.race([
      Promise.all([
        stopped,
        this.#catcher.close(),
        this.#functions.close(),
        this.#connection.driver.end({ timeout: 1 }),
      ]),
      timeout,
    ]);
  }

  async #isDeliveryDue(): Promise<boolean> {
    const sql = this.#connection.driver;
    const [found] = await sql`select exists (
      select from helpdesk.outbox
      where kind in ('webhook', 'slack', 'email') and state in ('queued', 'leased') and next_at <= clock_timestamp()
    ) as is_due`;
    return found?.is_due === true;
  }

  async #deliver(): Promise<boolean> {
    const url = `http://127.0.0.1:${this.#server!.addr.port}/functions/v1/deliver`;
    const headers = { authorization: `Bearer ${this.settings.secret_key}` };
    const response = await this.#functions.handle(new Request(url, { method: "POST", headers }), "127.0.0.1");
    const answer = await response.json();
    if (!response.ok) throw new Error(`deliver answered ${response.status}`);
    return answer.more === true;
  }

  async handle(request: Request, peer: string): Promise<Response> {
    if (!URL.canParse(request.url)) return json(400, { message: "The Host header of the request is invalid" });
    const { pathname } = new URL(request.url);
    // A function answers its own preflight, as on hosted Supabase.
    if (pathname.startsWith("/functions/v1/")) return await this.#functions.handle(request, peer);
    if (pathname.startsWith("/realtime/v1/")) return await this.#realtime.handle(request);
    if (request.method === "OPTIONS") return preflight(request);
    return withCors(packed(request, await this.#respondOrReportLoss(request, pathname, peer)));
  }

  /** The response, or 503/504 when the database connection broke during the request. */
  async #respondOrReportLoss(request: Request, pathname: string, peer: string): Promise<Response> {
    const reads = request.method === "GET" || request.method === "HEAD";
    const answer = this.#respond(request, pathname, peer);
    return await this.#raceWithLoss(answer, (resolve) => resolve(reads ? databaseUnavailable() : databaseLost()));
  }

  async #rejectOnLoss<T>(work: Promise<T>): Promise<T> {
    const lost = Object.assign(new Error("the connection was lost"), { code: "CONNECTION_CLOSED" });
    return await this.#raceWithLoss(work, (_, reject) => reject(lost));
  }

  /** Wait for database work. When the connection breaks first, settle as `onLoss` says. */
  async #raceWithLoss<T>(
    work: Promise<T>,
    onLoss: (resolve: (value: T) => void, reject: (reason: Error) => void) => void,
  ): Promise<T> {
    const { promise: lost, resolve, reject } = Promise.withResolvers<T>();
    const entry = { since: performance.now(), abandon: () => onLoss(resolve, reject) };
    this.#pending.add(entry);
    try {
      return await Promise.race([work, lost]);
    } finally {
      this.#pending.delete(entry);
    }
  }

  /** Settle all work that began before the loss: the driver may never settle a transaction that lost its connection. */
  #abandonBefore(loss: number): void {
    for (const entry of this.#pending) if (entry.since <= loss) entry.abandon();
  }

  async #respond(request: Request, pathname: string, peer: string): Promise<Response> {
    try {
      const response = await this.#route(request, pathname, peer);
      if (response.status < 500 || response.status === 503 || !await this.#isOutage()) return response;
      await response.body?.cancel();
      return databaseUnavailable();
    } catch (error) {
      if (isConnectionLost(error) || await this.#isOutage()) return databaseUnavailable();
      const id = request.headers.get("x-client-request-id");
      console.error(...(id ? [`request ${printable(id.slice(0, 100))}:`, error] : [error]));
      return restError(500, "SUP", "The gateway failed. Its log has the reason.");
    }
  }

  async #route(request: Request, pathname: string, peer: string): Promise<Response> {
    if (!/^\/(rest|auth|storage)\/v1(\/|$)/.test(pathname)) {
      if (pathname === "/_stack/deliveries") return await this.#switchDeliveries(request);
      const mails = mailsAnswer(request, pathname, this.#mailbox, this.settings.secret_key);
      return mails ?? await this.fallback(request, pathname) ??
        json(404, { message: "no Route matched with those values" });
    }
    if (pathname.startsWith("/storage/")) {
      const answer = urlProblem(new URL(request.url)) ?? await this.#storage.handle(request);
      if (answer) return answer;
    }
    const accepted = await checkRequest(request);
    if (accepted instanceof Response) return accepted;
    if (pathname.startsWith("/auth/")) return await this.#auth(accepted, pathname, peer);
    if (pathname.startsWith("/storage/")) return await this.#app.fetch(accepted, { peerAddress: peer });
    const problem = await tokenProblem(accepted, this.settings);
    if (problem) return problem;
    const signed = withBearer(accepted);
    const refusal = await upsertProblem(signed, this.#connection.driver, this.settings, this.settings.schemas[0]!);
    if (refusal) return refusal;
    const related = embeds(signed) ? keepRelations(signed, await this.catalog()) : signed;
    const written = await keepBodyValues(keepQueryValues(related));
    const asked = withDefaultSchema(written, this.settings.schemas[0]!);
    return await withoutLookups(async () => await this.#app.fetch(asked, { peerAddress: peer }));
  }

  async #auth(request: Request, pathname: string, peer: string): Promise<Response> {
    const sql = this.#connection.driver;
    if (pathname.startsWith("/auth/v1/admin/")) return await adminApi(request, sql, this.settings);
    const { url, method, headers } = request;
    if (pathname === "/auth/v1/verify" && method === "POST") {
      const known = new Request(url, { method, headers, body: withKnownType(await request.text()) });
      return await rejectBannedUser(await this.#app.fetch(known, { peerAddress: peer }), sql);
    }
    if (pathname !== "/auth/v1/token") {
      return await this.#mails.during(request, () => this.#app.fetch(request, { peerAddress: peer }));
    }
    // In turns: lite would give each simultaneous use of a refresh token a successor of its own.
    const body = await request.text();
    const sent = new Request(url, { method, headers, body: method === "POST" ? body : null });
    const answer = await this.#signIns.run(body, () => this.#app.fetch(sent, { peerAddress: peer }));
    return await rejectBannedUser(answer, sql);
  }

  /** `PUT /_stack/deliveries` sends the webhooks and mails of this database from then on; `DELETE` stops that. */
  async #switchDeliveries(request: Request): Promise<Response> {
    if (apiKey(request) !== this.settings.secret_key) return restError(401, "PGRST301", "The secret key is required");
    if (request.method === "PUT") this.deliveries.start();
    else if (request.method === "DELETE") await this.deliveries.stop();
    else return restError(405, "PGRST117", "Unsupported HTTP method");
    return json(200, { is_on: this.deliveries.isOn });
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

/** The URL of another database on the same server. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.toString();
}
