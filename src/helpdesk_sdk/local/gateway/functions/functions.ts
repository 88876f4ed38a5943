/** `/functions/v1/<name>`: each edge function runs unchanged in its own process, which starts on the first call. */

import { FunctionProcess, lastModified } from "./process.ts";
import { json } from "../api/responses.ts";
import type { Settings } from "../settings.ts";
import { apiKey, bearerToken, roleOfKey, verifyToken } from "../api/tokens.ts";

export const REQUEST_TIMEOUT_MS = 150_000;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** A platform error with hosted's code and message, `msg` for older clients, and the header with the code. */
export function platformError(status: number, code: string, message: string): Response {
  const headers = {
    "sb-error-code": code,
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "sb-error-code",
  };
  return json(status, { code, message, msg: message }, headers);
}

const bootError = () => platformError(503, "BOOT_ERROR", "Function failed to start (please check logs)");
const workerError = () => platformError(500, "WORKER_ERROR", "Function exited due to an error (please check logs)");
const idleTimeout = () => platformError(504, "IDLE_TIMEOUT", "Request idle timeout limit (150s) reached");

export class Functions {
  readonly #processes = new Map<string, { modifiedAt: number; process: Promise<FunctionProcess> }>();
  #gatewayPort = 0;

  constructor(private settings: Settings, private readonly dbUrl: string) {}

  setGatewayPort(port: number): void {
    this.#gatewayPort = port;
  }

  /** Where functions send mails, whatever the functions' secrets say: no mail leaves the machine. */
  setMailUrl(url: string): void {
    this.settings = { ...this.settings, functions_env: withMailUrl(this.settings.functions_env, url) };
  }

  async close(): Promise<void> {
    const running = [...this.#processes.values()];
    this.#processes.clear();
    await Promise.all(running.map(({ process }) => process.then((started) => started.stop(), () => {})));
  }

  async handle(request: Request, peer: string): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.replace(/^\/functions\/v1/, "");
    const name = path.split("/")[1] ?? "";
    if (path === "/_internal/health") return json(200, { message: "ok" });
    if (!await this.#exists(name)) return platformError(404, "NOT_FOUND", "Requested function was not found");
    if (!METHODS.has(request.method)) return platformError(405, "INVALID_METHOD", "Method not allowed");
    const headers = this.#hostedHeaders(request);
    const refusal = request.method === "OPTIONS" ? null : await this.#authorizationProblem(name, headers);
    if (refusal) return refusal;
    this.#addForwardedHeaders(headers, request, url, peer);
    return await this.#callFunction(name, request, path + url.search, headers);
  }

  async #exists(name: string): Promise<boolean> {
    if (!NAME.test(name) || this.settings.functions[name]?.enabled === false) return false;
    try {
      return (await Deno.stat(`${this.settings.functions_dir}/${name}/index.ts`)).isFile;
    } catch {
      return false;
    }
  }

  /** The headers as hosted forwards them: without a bearer token, the API key becomes the bearer token. */
  #hostedHeaders(request: Request): Headers {
    const headers = new Headers(request.headers);
    const token = bearerToken(request);
    if (token !== null && !token.startsWith("sb_")) return headers;
    const key = token ?? apiKey(request);
    if (key !== null && (token !== null || !headers.has("authorization"))) {
      headers.set("authorization", `Bearer ${key}`);
    }
    return headers;
  }

  async #authorizationProblem(name: string, headers: Headers): Promise<Response | null> {
    if (this.settings.functions[name]?.verify_jwt === false) return null;
    const authorization = headers.get("authorization");
    if (!authorization) {
      return platformError(401, "UNAUTHORIZED_NO_AUTH_HEADER", "Missing authorization header");
    }
    const token = authorization.match(/^Bearer (.+)$/)?.[1];
    if (!token) {
      return platformError(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Auth header is not 'Bearer {token}'");
    }
    if (roleOfKey(token, this.settings) !== null) return null;
    const algorithm = tokenAlgorithm(token);
    if (algorithm === null) return platformError(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT");
    if (algorithm !== "HS256") {
      const code = "UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM";
      return platformError(401, code, `Unsupported JWT algorithm ${algorithm}`);
    }
    const verdict = await verifyToken(token, this.settings.jwt_secret);
    return "role" in verdict ? null : platformError(401, "UNAUTHORIZED_LEGACY_JWT", "Invalid JWT");
  }

  #addForwardedHeaders(headers: Headers, request: Request, url: URL, peer: string): void {
    headers.set("x-forwarded-for", peer);
    headers.set("x-real-ip", peer);
    headers.set("x-forwarded-proto", url.protocol.slice(0, -1));
    headers.set("x-forwarded-host", request.headers.get("host")?.split(":")[0] ?? url.hostname);
    headers.set("x-forwarded-port", url.port);
    headers.set("x-forwarded-prefix", "/functions/v1/");
    headers.set("x-forwarded-path", url.pathname);
  }

  async #callFunction(name: string, request: Request, path: string, headers: Headers): Promise<Response> {
    let process: FunctionProcess;
    try {
      process = await this.#runningProcess(name);
    } catch (error) {
      console.error(`function ${name}: ${error instanceof Error ? error.message : error}`);
      return bootError();
    }
    try {
      const response = await process.fetch(path, {
        method: request.method,
        headers,
        body: request.body,
        redirect: "manual",
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return withFunctionHeaders(response);
    } catch (error) {
      if (error instanceof DOMException && error.name === "TimeoutError") return idleTimeout();
      await process.stop();
      return workerError();
    }
  }

  /** The running process of a function. Starts a new process when the source changed or the old process ended. */
  async #runningProcess(name: string): Promise<FunctionProcess> {
    const modifiedAt = await lastModified(this.settings.functions_dir, name);
    while (true) {
      const current = this.#processes.get(name);
      // Calls that arrive during a start wait for it and share its outcome.
      const process = current?.modifiedAt === modifiedAt ? await current.process : null;
      if (process?.alive) return process;
      if (this.#processes.get(name) === current) return await this.#restart(name, modifiedAt, current?.process);
    }
  }

  #restart(name: string, modifiedAt: number, old?: Promise<FunctionProcess>): Promise<FunctionProcess> {
    const start = async () => {
      await old?.then((process) => process.stop(), () => {});
      return await FunctionProcess.start(name, this.settings, this.dbUrl, this.#gatewayPort, modifiedAt);
    };
    const entry = { modifiedAt, process: start() };
    this.#processes.set(name, entry);
    entry.process.catch(() => {
      if (this.#processes.get(name) === entry) this.#processes.delete(name);
    });
    return entry.process;
  }
}

/** The functions' secrets with this mail server: those of the project may name a real one. */
export function withMailUrl(secrets: Record<string, string>, url: string): Record<string, string> {
  const others = Object.entries(secrets).filter(([name]) => !name.startsWith("HELPDESK_MAIL_"));
  return { ...Object.fromEntries(others), HELPDESK_MAIL_URL: url };
}

function tokenAlgorithm(token: string): string | null {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  try {
    const header = JSON.parse(atob(parts[0]!.replaceAll("-", "+").replaceAll("_", "/"))) as { alg?: unknown };
    return typeof header.alg === "string" ? header.alg : null;
  } catch {
    return null;
  }
}

function withFunctionHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("sb-request-id", crypto.randomUUID());
  if (response.status >= 500) headers.set("sb-error-code", "EDGE_FUNCTION_ERROR");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
