/**
 * Embedded tables in `select=`, related as in PostgREST. @supabase/lite 0.10.0 takes every table that refers to both
 * tables for a junction, so that a direct foreign key is ambiguous; and of a view over two tables it relates none.
 */

import type { IntrospectResult } from "@supabase/lite";

type Catalog = Pick<IntrospectResult, "foreign_keys" | "views" | "columns">;
type Key = NonNullable<IntrospectResult["foreign_keys"]>[number];

const ITEM = /([^,()]*)([,()]|$)/y;
const EMBED = /^(\s*(?:\.\.\.)?(?:[^:!]+:)?)([\w$]+)((?:!(?:inner|left))?)$/;
const SOURCE = /\b(?:from|join)\s+\(*\s*(?:"?\w+"?\.)?"?(\w+)"?\s+(\w+)\b/gi;

/** The `select=` with the name of the foreign key at each embedded table that has exactly one. */
export function nameForeignKeys(select: string, table: string, catalog: Catalog): string {
  const tables = [table];
  let written = "";
  ITEM.lastIndex = 0;
  while (ITEM.lastIndex < select.length) {
    const [, item = "", end = ""] = ITEM.exec(select)!;
    const [, before, name = "", join = ""] = end === "(" ? item.match(EMBED) ?? [] : [];
    const key = before === undefined ? null : onlyKey(tables.at(-1)!, name, catalog);
    written += (key === null ? item : `${before}${name}!${key}${join}`) + end;
    if (end === "(") tables.push(name || (item.match(/([\w$]+)(?:![\w$!]*)?$/)?.[1] ?? ""));
    if (end === ")" && tables.length > 1) tables.pop();
  }
  return written;
}

function onlyKey(table: string, other: string, { foreign_keys = [] }: Catalog): string | null {
  if (table === other) return null;
  const found = foreign_keys.filter((key) =>
    (key.table === table && key.ref_table === other) || (key.table === other && key.ref_table === table)
  );
  const names = new Set(found.map((key) => groupOf(key) ?? key.foreign_key_name));
  return names.size === 1 ? found[0]!.foreign_key_name ?? null : null;
}

function groupOf(key: Key): string | undefined {
  return (key as { foreign_key_group?: string }).foreign_key_group;
}

/** Relate the views that lite relates to nothing by the foreign keys of the columns that they show. */
export function relateViews(catalog: Catalog, exposed: string[]): void {
  const keys = catalog.foreign_keys ?? [];
  for (const { name: view, schema, sql } of catalog.views ?? []) {
    if (!exposed.includes(schema ?? "") || keys.some((key) => key.table === view)) continue;
    const columns = new Set(catalog.columns.filter((column) => column.table === view).map((column) => column.name));
    for (const [, table, alias] of [...(sql ?? "").matchAll(SOURCE)]) {
      const shows = (column: string) =>
        columns.has(column) && new RegExp(`\\b${alias}\\.${column}\\s*(,|from)`, "i").test(sql!);
      for (const key of keys.filter((key) => groupOf(key) === undefined && key.schema === schema)) {
        if (key.table === table && shows(key.column)) keys.push(related(key, { table: view }));
        if (key.ref_table === table && shows(key.ref_column)) keys.push(related(key, { ref_table: view }));
      }
    }
  }
}

function related(key: Key, change: Partial<Key>): Key {
  const made = { ...key, ...change, ref_schema: key.schema };
  const group = `${key.foreign_key_name}:${made.table}(${made.column})->${made.ref_table}(${made.ref_column})`;
  return { ...made, foreign_key_group: group } as Key;
}

/** Whether `select=` may embed a table. */
export function embeds(request: Request): boolean {
  return new URL(request.url).searchParams.get("select")?.includes("(") ?? false;
}

/** The request with foreign keys named in `select=`. */
export function keepRelations(request: Request, catalog: Catalog & Pick<IntrospectResult, "functions">): Request {
  const url = new URL(request.url);
  const [, call, name] = url.pathname.match(/^\/rest\/v1\/(rpc\/)?([\w$]+)$/) ?? [];
  const select = url.searchParams.get("select");
  if (name === undefined || select === null) return request;
  const table = call ? returnedTable(name, catalog) : name;
  const written = table === null ? select : nameForeignKeys(select, table, catalog);
  if (written === select) return request;
  url.searchParams.set("select", written);
  return new Request(url, request);
}

function returnedTable(
  name: string,
  { functions, columns }: Pick<IntrospectResult, "functions" | "columns">,
): string | null {
  const called = functions?.find((one) => one.name === name) as { return_type?: string } | undefined;
  const table = called?.return_type?.replace(/^setof /i, "").replace(/^.*\./, "").replaceAll('"', "");
  return table !== undefined && columns.some((column) => column.table === table) ? table : null;
}
