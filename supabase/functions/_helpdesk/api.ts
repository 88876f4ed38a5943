/** Calls of the project's own services, as the system, as the assistant or as whoever called the function. */

import type { Environment } from "./environment.ts";
import { idHeader } from "./request_log.ts";

/** A refusal in PostgREST's shape. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(readonly status: number, readonly body: Record<string, unknown>) {
    super(typeof body.message === "string" ? body.message : `The project answered ${status}`);
  }

  /** The rule of the helpdesk that refused the call. */
  get reason(): string | null {
    const details = this.body.details;
    return typeof details === "string" && details.startsWith("helpdesk.") ? details.slice(9) : null;
  }
}

/** The headers that say who calls. */
export type Caller = Record<string, string>;

const TIMEOUT_MS = 20_000;

export class Api {
  constructor(
    private readonly environment: Environment,
    private readonly send: typeof fetch = fetch,
  ) {}

  /** The project itself, with its secret key. */
  get system(): Caller {
    return { apikey: this.environment.secretKey, authorization: `Bearer ${this.environment.secretKey}` };
  }

  /** The holder of an access token. */
  person(token: string): Caller {
    return { apikey: this.environment.publicKey, authorization: `Bearer ${token}` };
  }

  /** Whoever called the function. */
  callerOf(request: Request): Caller {
    const authorization = request.headers.get("authorization") ?? "";
    const token = authorization.replace(/^Bearer /, "");
    // A key of the project instead of a person's token goes along as the key, too.
    const apikey = token.startsWith("sb_") ? token : request.headers.get("apikey") ?? this.environment.publicKey;
    return { apikey, authorization };
  }

  /** Call a database function. @throws ApiError */
  async rpc<T>(caller: Caller, name: string, args: Record<string, unknown> = {}, run?: string): Promise<T> {
    const headers = { ...caller, "content-profile": "helpdesk", ...(run ? { "x-helpdesk-run": run } : {}) };
    return await this.request<T>("POST", `/rest/v1/rpc/${name}`, headers, args);
  }

  /** Read rows. @throws ApiError */
  async rows<T>(caller: Caller, query: string): Promise<T[]> {
    return await this.request<T[]>("GET", `/rest/v1/${query}`, { ...caller, "accept-profile": "helpdesk" });
  }

  /** Any request. @throws ApiError also when there is no answer */
  async request<T>(method: string, path: string, headers: Caller, body?: unknown): Promise<T> {
    let response: Response;
    let text: string;
    try {
      response = await this.send(`${this.environment.url}${path}`, {
        method,
        headers: { ...headers, ...idHeader(), ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      throw new ApiError(503, { code: "unreachable", message: `${path.split("?")[0]}: ${(error as Error).name}` });
    }
    let value: unknown = null;
    try {
      value = text ? JSON.parse(text) : null;
    } catch {
      // A gateway's page: its status says enough.
    }
    if (response.ok) return value as T;
    throw new ApiError(response.status, typeof value === "object" && value !== null ? value as Caller : {});
  }
}
