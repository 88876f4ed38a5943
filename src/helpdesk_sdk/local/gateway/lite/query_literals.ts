/**
 * @supabase/lite 0.10.0 parses query values as JSON: `eq.2.50` becomes 2.5, the cursor 745.10 becomes 745.1, and long
 * numbers lose digits. PostgREST uses the text as written. Lite does so too when the value is quoted.
 */

const RESERVED_PARAMETERS = new Set([
  "select",
  "order",
  "limit",
  "offset",
  "columns",
  "on_conflict",
  "or",
  "and",
  "not.or",
  "not.and",
]);
const COMPARISON = /^((?:not\.)?(?:eq|neq|gt|gte|lt|lte|like|ilike)\.)([^]*)$/;

/** Whether lite would change this text when it parses it. */
export function needsQuotes(text: string): boolean {
  if (/^(null|not_null|unknown|true|false)$/i.test(text) || /^"[^]*"$/.test(text)) return true;
  return text.trim() !== "" && Number.isFinite(Number(text)) && String(Number(text)) !== text;
}

/** A filter or function argument, quoted where lite would change it. */
export function quoteValue(value: string, isArgument: boolean): string {
  const [, before, list] = value.match(/^((?:not\.)?in\.)\(([^"()\\]*)\)$/) ?? [];
  if (list !== undefined) return `${before}(${list.split(",").map((item) => needsQuotes(item) ? `"${item}"` : item)})`;
  const [, operator = "", text = value] = value.match(COMPARISON) ?? [];
  return (operator !== "" || isArgument) && needsQuotes(text) ? `${operator}"${text}"` : value;
}

/** The request with quotes around every value that lite would change. */
export function quoteQueryValues(request: Request): Request {
  const url = new URL(request.url);
  const isCall = url.pathname.startsWith("/rest/v1/rpc/");
  if (!url.pathname.startsWith("/rest/v1/") || !url.search) return request;
  let changed = false;
  const query = new URLSearchParams();
  for (const [name, value] of url.searchParams) {
    const written = RESERVED_PARAMETERS.has(name) ? value : quoteValue(value, isCall);
    changed ||= written !== value;
    query.append(name, written);
  }
  if (!changed) return request;
  url.search = query.toString();
  return new Request(url, request);
}
