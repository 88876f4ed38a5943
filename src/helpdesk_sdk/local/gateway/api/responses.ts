/** Responses of the gateway itself, and the CORS headers that browsers need on every response. */

const CORS: Record<string, string> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "content-range, content-location, preference-applied, location, retry-after, sb-error-code, x-total-count, link",
};

const PREFLIGHT: Record<string, string> = {
  ...CORS,
  "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
  "access-control-max-age": "86400",
};

const ALLOWED_HEADERS =
  "authorization, apikey, content-type, x-client-info, prefer, range, accept-profile, content-profile";

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

/** An error in the format of PostgREST. */
export function restError(
  status: number,
  code: string,
  message: string,
  details: string | null = null,
  hint: string | null = null,
  headers: Record<string, string> = {},
): Response {
  return json(status, { code, message, details, hint }, headers);
}

/** An error in the format of Supabase Auth. */
export function authError(status: number, errorCode: string, msg: string): Response {
  return json(status, { code: status, error_code: errorCode, msg });
}

export function databaseUnavailable(): Response {
  return restError(
    503,
    "PGRST001",
    "Database connection error. Retrying the connection.",
    "The database does not respond: it is starting, stopping or has crashed.",
    "Try again in a moment.",
    { "retry-after": "1" },
  );
}

export function databaseLost(): Response {
  return json(504, {
    message: "The database connection was lost during this request. The request may or may not have been executed.",
  });
}

export function preflight(request: Request): Response {
  const allowed = request.headers.get("access-control-request-headers") ?? ALLOWED_HEADERS;
  return new Response(null, { status: 204, headers: { ...PREFLIGHT, "access-control-allow-headers": allowed } });
}

const SMALLEST_PACKED = 2048;

/** A long answer for a browser is compressed, as a hosted project does. Programs on this machine gain nothing by it. */
export function packed(request: Request, response: Response): Response {
  const { headers, body, status, statusText } = response;
  const isWanted = request.headers.has("origin") && /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const isJson = /\bjson\b/.test(headers.get("content-type") ?? "") && !headers.has("content-encoding");
  const length = headers.get("content-length");
  if (!isWanted || !isJson || body === null || (length !== null && Number(length) < SMALLEST_PACKED)) return response;
  const changed = new Headers(headers);
  changed.delete("content-length");
  changed.set("content-encoding", "gzip");
  changed.append("vary", "accept-encoding");
  return new Response(body.pipeThrough(new CompressionStream("gzip")), { status, statusText, headers: changed });
}

export function withCors(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(CORS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
