import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Article } from "../lib/models.ts";
import { keys } from "../lib/queryKeys.ts";
import * as articles from "../services/articles.ts";
import { useAction } from "./useAction.ts";

/** Articles as staff write them. */
export function useArticles(filter: { status?: Article["status"]; search?: string }) {
  return useQuery({
    queryKey: keys.articles(filter),
    queryFn: () => articles.listArticles(filter),
    placeholderData: keepPreviousData,
  });
}

/** An article as staff write it. */
export function useArticle(id: string | null) {
  return useQuery({
    queryKey: keys.article(id ?? ""),
    queryFn: () => articles.readArticle(id ?? ""),
    enabled: id !== null,
  });
}

/** The versions of an article that were published. */
export function useVersions(id: string | null) {
  return useQuery({
    queryKey: [...keys.article(id ?? ""), "versions"],
    queryFn: () => articles.listVersions(id ?? ""),
    enabled: id !== null,
  });
}

/** A version of an article. It never changes. */
export function useVersion(versionId: string | null) {
  return useQuery({
    queryKey: ["version", versionId],
    queryFn: () => articles.readVersion(versionId ?? ""),
    enabled: versionId !== null,
  });
}

/** What readers see now, by section and title. */
export function usePublishedArticles() {
  return useQuery({ queryKey: keys.articles("published"), queryFn: articles.listPublished });
}

/** Titles of what readers see now, by section and title. */
export function useHelpArticles() {
  return useQuery({ queryKey: keys.articles("titles"), queryFn: articles.listTitles });
}

/** The version of an article that readers see now. */
export function usePublishedArticle(id: string) {
  return useQuery({ queryKey: [...keys.article(id), "published"], queryFn: () => articles.readPublished(id) });
}

/** The best passages for some words; nothing for fewer than three letters. */
export function useArticleSearch(words: string, limit = 10) {
  const query = words.trim();
  return useQuery({
    queryKey: keys.articles({ search: query, limit }),
    queryFn: () => articles.searchArticles(query, limit),
    enabled: query.length > 2,
    placeholderData: query.length > 2 ? keepPreviousData : undefined,
  });
}

type Save = { id: string; revision: number; draft: Partial<articles.ArticleDraft> };

/** What writers do to articles. */
export function useArticleActions() {
  const changes = [["articles"], ["article"]];
  return {
    create: useAction(
      ({ id, draft }: Omit<Save, "revision"> & { draft: articles.ArticleDraft }) => articles.createArticle(id, draft),
      changes,
    ),
    save: useAction(({ id, revision, draft }: Save) => articles.saveArticle(id, revision, draft), changes),
    publish: useAction(
      ({ id, revision }: { id: string; revision: number }) => articles.publishArticle(id, revision),
      changes,
    ),
    archive: useAction((id: string) => articles.archiveArticle(id), changes),
  };
}

/** Questions that no article answers. */
export function useGaps(state: string) {
  return useQuery({ queryKey: keys.articles({ gaps: state }), queryFn: () => articles.listGaps(state) });
}

/** What writers decide about gaps. */
export function useGapActions() {
  const changes = [["articles"]];
  return {
    dismiss: useAction((id: string) => articles.dismissGap(id), changes),
    resolve: useAction(
      ({ id, articleId }: { id: string; articleId: string }) => articles.resolveGap(id, articleId),
      changes,
    ),
    reopen: useAction((id: string) => articles.reopenGap(id), changes),
  };
}

/** Quotes that deserve a look. */
export function useStaleCitations() {
  return useQuery({ queryKey: keys.articles("stale"), queryFn: articles.listStaleCitations });
}
