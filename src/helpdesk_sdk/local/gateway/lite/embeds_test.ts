/** Names of foreign keys in `select=`. The answers over HTTP are in tests/local/test_postgrest_embeds.py. */

import { nameForeignKeys } from "./embeds.ts";
import { assertEquals } from "../testing.ts";

const key = (table: string, column: string, ref_table: string) => ({
  table,
  column,
  ref_table,
  ref_column: "id",
  schema: "s",
  foreign_key_name: `${table}_${column}_fkey`,
});

Deno.test("a foreign key is named where it is the only one", () => {
  const catalog = {
    foreign_keys: [key("a", "b_id", "b"), key("a", "c1", "c"), key("a", "c2", "c"), key("b", "d_id", "d")],
    views: [],
    columns: [],
  } as unknown as Parameters<typeof nameForeignKeys>[2];
  const cases: [string, string][] = [
    ["x,b(y)", "x,b!a_b_id_fkey(y)"],
    ["n:b!inner(y),z", "n:b!a_b_id_fkey!inner(y),z"],
    ["...b(y,d(z)),w", "...b!a_b_id_fkey(y,d!b_d_id_fkey(z)),w"],
    ["c(y),b!hint(y)", "c(y),b!hint(y)"],
    ["count(),x.sum(),unknown(y)", "count(),x.sum(),unknown(y)"],
    ["x,b(", "x,b!a_b_id_fkey("],
    ["))((,", "))((,"],
    ["", ""],
  ];
  for (const [select, expected] of cases) assertEquals(nameForeignKeys(select, "a", catalog), expected, select);
});
