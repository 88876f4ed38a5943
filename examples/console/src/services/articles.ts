import type { Article, ArticleVersion, FoundArticle, Gap, StaleCitation } from "../lib/models.ts";
import { call, client } from "./supabase.ts";

export type ArticleDraft = Pick<Article, "title" | "body" | "slug" | "locale" | "audience" | "section">;

/** Articles as staff write them, the last changed first. */
export async function listArticles(filter: { status?: Article["status"]; search?: string }): Promise<Article[]> {
  let query = client().from("articles").select().order("updated_at", { ascending: false }).limit(200);
  if (filter.status) query = query.eq("status", filter.status);
  const words = filter.search?.trim().replaceAll(/[%_,()"\\*]/g, " ").trim();
  if (words) query = query.or(`title.ilike.%${words}%,slug.ilike.%${words}%`);
  return await call(query) as Article[];
}

export async function readArticle(id: string): Promise<Article> {
  return await call(client().from("articles").select().eq("article_id", id).single()) as Article;
}

export async function createArticle(id: string, draft: ArticleDraft): Promise<Article> {
  return await call(client().from("articles").insert({ article_id: id, ...draft }).select().single()) as Article;
}

/** Save a draft; null when somebody has saved another since `revision`. */
export async function saveArticle(id: string, revision: number, draft: Partial<ArticleDraft>): Promise<Article | null> {
  const query = client().from("articles").update(draft).eq("article_id", id).eq("revision", revision);
  const rows = await call(query.select());
  return rows[0] as Article | undefined ?? null;
}

export async function publishArticle(id: string, revision: number): Promise<Article> {
  return await call(client().rpc("publish_article", { article_id: id, revision })) as Article;
}

export async function archiveArticle(id: string): Promise<Article> {
  return await call(client().rpc("archive_article", { article_id: id })) as Article;
}

/** What was published, the newest first. */
export async function listVersions(articleId: string): Promise<ArticleVersion[]> {
  const query = client().from("article_versions").select().eq("article_id", articleId);
  return await call(query.order("version", { ascending: false }).limit(100)) as ArticleVersion[];
}

/** What readers see now, by title. */
export async function listPublished(): Promise<ArticleVersion[]> {
  const query = client().from("article_versions").select().eq("is_current", true).order("section").order("title");
  return await call(query.limit(500)) as ArticleVersion[];
}

export type ArticleTitle = Pick<ArticleVersion, "article_id" | "title" | "section" | "locale">;

/** Titles of what readers see now, by section and title. */
export async function listTitles(): Promise<ArticleTitle[]> {
  const query = client().from("article_versions").select("article_id, title, section, locale").eq("is_current", true);
  return await call(query.order("section").order("title").limit(1000));
}

/** The version that readers see now. */
export async function readPublished(articleId: string): Promise<ArticleVersion> {
  const query = client().from("article_versions").select().eq("article_id", articleId).eq("is_current", true);
  return await call(query.single()) as ArticleVersion;
}

/** A version, also one that readers no longer see. */
export async function readVersion(versionId: string): Promise<ArticleVersion> {
  return await call(client().from("article_versions").select().eq("version_id", versionId).single()) as ArticleVersion;
}

/** The best passages for some words. */
export async function searchArticles(words: string, limit = 10): Promise<FoundArticle[]> {
  return await call(client().rpc("search_articles", { query: words, max_rows: limit })) as FoundArticle[];
}

/** Questions that no article answers, the most asked first. */
export async function listGaps(state: string): Promise<Gap[]> {
  const query = client().from("gap_report").select().eq("state", state);
  return await call(query.order("tickets", { ascending: false }).order("gap_id").limit(200)) as Gap[];
}

export async function dismissGap(id: string): Promise<void> {
  await call(client().rpc("dismiss_gap", { gap_id: id }));
}

export async function resolveGap(id: string, articleId: string): Promise<void> {
  await call(client().rpc("resolve_gap", { gap_id: id, article_id: articleId }));
}

export async function reopenGap(id: string): Promise<void> {
  await call(client().rpc("reopen_gap", { gap_id: id }));
}

/** Quotes that deserve a look, the newest first. */
export async function listStaleCitations(): Promise<StaleCitation[]> {
  return await call(
    client().from("stale_citations").select().order("at", { ascending: false }).limit(200),
  ) as StaleCitation[];
}
