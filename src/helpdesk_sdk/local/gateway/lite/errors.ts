/** PostgREST's responses to errors of PostgreSQL and of the driver. */

import { isConnectionLost } from "../api/connection_errors.ts";

const EXACT: Record<string, number> = {
  "53400": 500,
  "57P01": 503,
  P0001: 400,
  "23503": 409,
  "23505": 409,
  "25006": 405,
};
const BY_CLASS: Record<string, number> = {
  "08": 503,
  "09": 500,
  "0L": 403,
  "0P": 403,
  "25": 500,
  "28": 403,
  "2D": 500,
  "38": 500,
  "39": 500,
  "3B": 500,
  "40": 500,
  "53": 503,
  "54": 500,
  "55": 500,
  "57": 500,
  "58": 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
};

/** The HTTP status of a SQLSTATE in PostgREST, where the status depends on the SQLSTATE alone. */
export function httpStatus(sqlstate: string): number {
  return EXACT[sqlstate] ?? BY_CLASS[sqlstate.slice(0, 2)] ?? 400;
}

/** SQLSTATEs for which lite responds as hosted does. */
const HANDLED_BY_LITE = /^(42...|22...|21...|23502|23503|23505|25006|PT...|PGRST)$/;

interface DatabaseError {
  code?: unknown;
  message?: string;
  detail?: string | null;
  hint?: string | null;
}

/** Give PostgREST's status and the original code, detail and hint to errors that lite would answer with 500 and SUP. */
export function toPostgrestError(error: unknown): unknown {
  const { code, message, detail, hint } = (error ?? {}) as DatabaseError;
  // The driver cannot encode the value for the parameter's type. PostgreSQL itself would report 22P02.
  if (code === "ERR_INVALID_ARG_TYPE") return Object.assign(new Error("invalid input syntax"), { code: "22P02" });
  const lost = isConnectionLost(error);
  if (!lost && (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code) || HANDLED_BY_LITE.test(code))) return error;
  const body = lost
    ? { code: "PGRST001", message: "Database connection error. Retrying the connection.", details: null, hint: null }
    : { code, message: message ?? "", details: detail ?? null, hint: hint ?? null };
  const status = lost ? 503 : httpStatus(code as string);
  const headers = lost ? { "retry-after": "1" } : {};
  return Object.assign(new Error(JSON.stringify(body)), { code: "PGRST", detail: JSON.stringify({ status, headers }) });
}
