import type { FoundArticle } from "./models.ts";

/** The best passage of each article, in their order. */
export function firstOfEach(found: readonly FoundArticle[]): FoundArticle[] {
  const first = new Map<string, FoundArticle>();
  for (const passage of found) if (!first.has(passage.article_id)) first.set(passage.article_id, passage);
  return [...first.values()];
}

/** Articles by their section, sections in the order in which they come; articles without one last. */
export function bySection<Item extends { section: string | null }>(articles: readonly Item[]): [string, Item[]][] {
  const sections = new Map<string, Item[]>();
  for (const article of articles) {
    const name = article.section?.trim() ?? "";
    sections.set(name, [...sections.get(name) ?? [], article]);
  }
  return [...sections].sort(([one], [other]) => Number(one === "") - Number(other === ""));
}
