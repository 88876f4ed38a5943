/** Lists of objects: one folder at a time (`list`), and page by page (`list-v2`). */

import type { Body } from "./call.ts";
import { checkPrefix } from "./keys.ts";
import { invalidRequest } from "./errors.ts";
import type { Tx } from "./objects.ts";

const FOLDER_COLUMNS = ["name", "updated_at", "created_at", "last_accessed_at"];
const PAGE_COLUMNS = ["name", "updated_at", "created_at"];
const MAX_LIMIT = 1000;

type Entry = Record<string, unknown> & { id: string | null; name: string };

/** The content of one folder as the transaction's role sees it: its folders (without id), then its objects. */
export async function listFolder(tx: Tx, bucket: string, body: Body): Promise<Entry[]> {
  const given = text(body, "prefix");
  checkPrefix(given);
  const prefix = given === "" ? "" : given.replace(/\/*$/, "/");
  const search = text(body, "search").toLowerCase();
  const { column, direction } = sortOf(tx, body, FOLDER_COLUMNS);
  return await tx<Entry[]>`
    with visible as (
      select id::text, substr(name, char_length(${prefix}::text) + 1) as name, updated_at, created_at, last_accessed_at, metadata
      from storage.objects where bucket_id = ${bucket} and starts_with(name, ${prefix})
    ), entries as (
      select distinct split_part(name, '/', 1) as name, null as id, null::timestamptz as updated_at,
        null::timestamptz as created_at, null::timestamptz as last_accessed_at, null::jsonb as metadata
      from visible where strpos(name, '/') > 0
      union all
      select name, id, updated_at, created_at, last_accessed_at, metadata
      from visible where strpos(name, '/') = 0 and name <> ''
    )
    select * from entries where starts_with(lower(name), ${search})
    order by id is not null, ${tx(column)} ${direction}, name
    limit ${limitOf(body, 100)} offset ${offsetOf(body)}`;
}

export interface Page {
  hasNext: boolean;
  nextCursor?: string;
  folders: { name: string; key: string }[];
  objects: Entry[];
}

/** A page of objects whose key begins with a prefix; with `with_delimiter`, deeper keys are folders. */
export async function listPage(tx: Tx, bucket: string, body: Body): Promise<Page> {
  const prefix = text(body, "prefix");
  checkPrefix(prefix);
  const limit = limitOf(body, MAX_LIMIT);
  const { column, direction, isDescending } = sortOf(tx, body, PAGE_COLUMNS);
  const after = readCursor(text(body, "cursor"));
  const compare = isDescending ? tx`<` : tx`>`;
  const folded = body.with_delimiter === true
    ? tx`${prefix}::text || substring(substr(name, char_length(${prefix}::text) + 1) from '^[^/]*/')`
    : tx`null::text`;
  const rows = await tx<(Entry & { sort: string })[]>`
    with visible as (
      select ${folded} as folder, id::text, name, updated_at, created_at, last_accessed_at, metadata
      from storage.objects where bucket_id = ${bucket} and starts_with(name, ${prefix})
    ), entries as (
      select null as id, folder as name, max(updated_at) as updated_at, min(created_at) as created_at,
        null::timestamptz as last_accessed_at, null::jsonb as metadata
      from visible where folder is not null group by folder
      union all
      select id, name, updated_at, created_at, last_accessed_at, metadata from visible where folder is null
    ), sorted as (
      select *, coalesce(${tx(column)}::text, '') collate "C" as sort, name collate "C" as key from entries
    )
    select id, name, updated_at, created_at, last_accessed_at, metadata, sort from sorted
    where ${after === null ? tx`true` : tx`(sort, key) ${compare} (${after[0]}, ${after[1]})`}
    order by sort ${direction}, key ${direction} limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = rows.length > limit;
  return {
    hasNext,
    ...(hasNext && last ? { nextCursor: writeCursor([last.sort, last.name]) } : {}),
    folders: page.filter((row) => row.id === null).map(({ name }) => ({ name, key: name })),
    objects: page.filter((row) => row.id !== null).map(({ sort: _, ...row }) => ({ ...row, key: row.name })),
  };
}

function text(body: Body, name: string): string {
  const value = body[name] ?? "";
  if (typeof value !== "string") throw invalidRequest(`body/${name} must be string`);
  if (value.includes("\0") || !value.isWellFormed()) throw invalidRequest(`body/${name} is not valid text`);
  return value;
}

function wholeNumber(body: Body, name: string, otherwise: number, least: number): number {
  const value = body[name] ?? otherwise;
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (!Number.isSafeInteger(number) || (number as number) < least) {
    throw invalidRequest(`body/${name} must be an integer of at least ${least}`);
  }
  return number as number;
}

const limitOf = (body: Body, otherwise: number) => Math.min(wholeNumber(body, "limit", otherwise, 1), MAX_LIMIT);
const offsetOf = (body: Body) => wholeNumber(body, "offset", 0, 0);

function sortOf(tx: Tx, body: Body, columns: string[]) {
  const { column = "name", order = "asc" } = (body.sortBy ?? {}) as Record<string, unknown>;
  if (!columns.includes(String(column))) {
    throw invalidRequest(`body/sortBy/column must be one of ${columns.join(", ")}`);
  }
  if (order !== "asc" && order !== "desc") throw invalidRequest("body/sortBy/order must be asc or desc");
  const isDescending = order === "desc";
  return { column: String(column), direction: isDescending ? tx`desc` : tx`asc`, isDescending };
}

function writeCursor(place: [string, string]): string {
  return new TextEncoder().encode(JSON.stringify(place)).toBase64({ alphabet: "base64url" });
}

function readCursor(cursor: string): [string, string] | null {
  if (cursor === "") return null;
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    const [sort, name] = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof sort === "string" && typeof name === "string" && !(sort + name).includes("\0")) return [sort, name];
  } catch {
    // Refused below.
  }
  throw invalidRequest("body/cursor is not valid");
}
