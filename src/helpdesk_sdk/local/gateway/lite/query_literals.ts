/**
 * @supabase/lite 0.10.0 reads values in the query as JSON would: `eq.2.50` becomes 2.5, a cursor like 745.10 becomes
 * 745.1, a long run of digits loses its end. PostgREST takes them as they are written; in quotes lite does so too.
 */

const NOT_FILTERS = new Set([
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

/** Whether lite would read something else than these very characters. */
export function isMisread(text: string): boolean {
  if (/^(null|not_null|unknown|true|false)$/i.test(text) || /^"[^]*"$/.test(text)) return true;
  return text.trim() !== "" && Number.isFinite(Number(text)) && String(Number(text)) !== text;
}

/** A filter, or an argument of a function, so that lite reads what is written. */
export function literal(value: string, isArgument: boolean): string {
  const [, before, list] = value.match(/^((?:not\.)?in\.)\(([^"()\\]*)\)$/) ?? [];
  if (list !== undefined) return `${before}(${list.split(",").map((item) => isMisread(item) ? `"${item}"` : item)})`;
  const [, operator = "", text = value] = value.match(COMPARISON) ?? [];
  return (operator !== "" || isArgument) && isMisread(text) ? `${operator}"${text}"` : value;
}

/** The request with every value that would be misread in quotes. */
export function withLiterals(request: Request): Request {
  const url = new URL(request.url);
  const isCall = url.pathname.startsWith("/rest/v1/rpc/");
  if (!url.pathname.startsWith("/rest/v1/") || !url.search) return request;
  let changed = false;
  const query = new URLSearchParams();
  for (const [name, value] of url.searchParams) {
    const written = NOT_FILTERS.has(name) ? value : literal(value, isCall);
    changed ||= written !== value;
    query.append(name, written);
  }
  if (!changed) return request;
  url.search = query.toString();
  return new Request(url, request);
}
