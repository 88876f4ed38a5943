import { expect, test } from "vitest";
import { bySection, firstOfEach } from "./articles.ts";
import type { FoundArticle } from "./models.ts";

test("an article with several passages is listed once, with its best one", () => {
  const found = ["a1", "b1", "a2"].map((id) => ({ article_id: id[0], chunk_id: id }) as FoundArticle);
  expect(firstOfEach(found).map(({ chunk_id }) => chunk_id)).toEqual(["a1", "b1"]);
});

test("sections keep their order, and articles without one come last", () => {
  const articles = ["", "Shipping", "Billing", "Shipping"].map((section, id) => ({ section, id }));
  expect(bySection(articles).map(([name, all]) => [name, all.map(({ id }) => id)])).toEqual([
    ["Shipping", [1, 3]],
    ["Billing", [2]],
    ["", [0]],
  ]);
});
