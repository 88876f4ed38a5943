/**
 * @supabase/lite 0.10.0 parses query values: `eq.2.50` becomes 2.5, `eq.{x}` an array, `eq.null` no value, a blank at an
 * end is lost, and in `or=(…)` an escaped quote ends the value. PostgREST uses the text as written. So lite receives
 * marked text in its place, which it does not parse, and the statement gets the text as written.
 */

import { marked } from "./values.ts";
import { rewriteTree } from "./logic_tree.ts";

const RESERVED = /(^|\.)(select|order|limit|offset|columns|on_conflict)$/;
const TREE = /(^|\.)(or|and)$/;
const SINGLE = /^((?:not\.)?(?:eq|neq|gt|gte|lt|lte|isdistinct|match|imatch)\.)([^]*)$/;
const PATTERN = /^((?:not\.)?i?like\.)([^]*)$/;
const LIST = /^((?:not\.)?in\.)\(([^]*)\)$/;
const ARRAY = /^((?:not\.)?(?:(?:eq|gt|gte|lt|lte|like|ilike|match|imatch)\((?:any|all)\)|cs|cd|ov)\.)(\{[^]*\})$/;

/** Whether lite would change this text when it parses it. */
export function isChangedByLite(text: string): boolean {
  if (/^(null|not_null|unknown|true|false)$/i.test(text) || /^\s|\s$|^"[^]*"$|^\{/.test(text)) return true;
  return text !== "" && Number.isFinite(Number(text)) && String(Number(text)) !== text;
}

/** A filter, as lite has to receive it so that the statement gets the values as written. */
export function rewriteFilter(filter: string): string {
  const [, single, text = ""] = filter.match(SINGLE) ?? [];
  if (single !== undefined) return single + (isChangedByLite(text) ? marked(text) : text);
  const [, like, pattern = ""] = filter.match(PATTERN) ?? [];
  if (like !== undefined) return like + pattern.replaceAll("*", "%");
  const [, list, items = ""] = filter.match(LIST) ?? [];
  if (list !== undefined) return `${list}(${listItems(items).map(quoted).join(",")})`;
  const [, array, literal = ""] = filter.match(ARRAY) ?? [];
  return array === undefined ? filter : array + rewriteArray(literal, /like/.test(array));
}

/** The items of `in.(…)`: quoted, with escapes, or as written up to the comma. */
export function listItems(text: string): string[] {
  if (text.trim() === "") return [];
  const items = text.trimStart().matchAll(/(?:"((?:[^"\\]|\\[^])*)"(?=,|$)|([^,]*))(?:,|$)/g);
  const found = [...items].map(([, inQuotes, plain]) => inQuotes?.replace(/\\([^])/g, "$1") ?? plain ?? "");
  // The pattern matches once more, with nothing, at the end of the text.
  return text.endsWith(",") ? found : found.slice(0, -1);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** An array in PostgreSQL's notation with every item in quotes; a JSON object or a nested array stays. */
function rewriteArray(literal: string, isPattern: boolean): string {
  const inside = literal.slice(1, -1);
  const items = [...inside.matchAll(/\s*(?:"((?:[^"\\]|\\[^])*)"|([^",{}\\]+?))\s*(?:,|$)/gy)];
  if (items.map(([whole]) => whole).join("") !== inside || /,\s*$/.test(inside)) return literal;
  const rewritten = items.map(([, inQuotes, plain = ""]) => {
    if (inQuotes === undefined && /^null$/i.test(plain)) return plain;
    const text = inQuotes?.replace(/\\([^])/g, "$1") ?? plain;
    return quoted(isPattern ? text.replaceAll("*", "%") : text);
  });
  return `{${rewritten.join(",")}}`;
}

/** An argument of a function in the query: its text as written. */
function rewriteArgument(value: string): string {
  return isChangedByLite(value) ? `"${value}"` : value;
}

function rewrite(name: string, value: string, isCall: boolean): string {
  if (RESERVED.test(name)) return value;
  if (TREE.test(name)) return rewriteTree(value, rewriteFilter);
  const filter = rewriteFilter(value);
  return isCall && filter === value ? rewriteArgument(value) : filter;
}

/** The request with all query values in a form that lite does not change. */
export function keepQueryValues(request: Request): Request {
  const url = new URL(request.url);
  const isCall = url.pathname.startsWith("/rest/v1/rpc/");
  if (!url.pathname.startsWith("/rest/v1/") || !url.search) return request;
  let changed = false;
  const query = new URLSearchParams();
  for (const [name, value] of url.searchParams) {
    const written = rewrite(name, value, isCall);
    changed ||= written !== value;
    query.append(name, written);
  }
  if (!changed) return request;
  url.search = query.toString();
  return new Request(url, request);
}
