import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { HelpdeskError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import type { Article } from "../lib/models.ts";
import type { ArticleDraft } from "../services/articles.ts";
import { useArticleActions } from "./useArticles.ts";

/** The address of an article made of its title. */
export function slugOf(title: string): string {
  const letters = title.normalize("NFKD").toLowerCase().replaceAll(/\p{Mark}/gu, "");
  return letters.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 80);
}

function draftOf(article: Article | null, title: string): ArticleDraft {
  if (article) {
    const { title, body, slug, locale, audience, section } = article;
    return { title, body, slug, locale, audience, section };
  }
  return { title, body: "", slug: slugOf(title), locale: "en", audience: "public", section: null };
}

/** Writing an article: a draft in the page until it is saved; saved over nobody's edit; published when it is saved. */
export function useArticleEditor(article: Article | null, title = "") {
  const navigate = useNavigate();
  const [id] = useState(() => article?.article_id ?? newId());
  const [base, setBase] = useState(article);
  const [draft, setDraft] = useState(() => draftOf(article, title));
  const [isStale, setStale] = useState(false);
  const { create, save, publish, archive } = useArticleActions();
  const isDirty = JSON.stringify(draft) !== JSON.stringify(draftOf(base, ""));

  const set = (changes: Partial<ArticleDraft>) =>
    setDraft((before) => {
      const keepsSlug = base !== null || before.slug !== slugOf(before.title);
      return {
        ...before,
        ...(changes.title === undefined || keepsSlug ? {} : { slug: slugOf(changes.title) }),
        ...changes,
      };
    });

  /** The saved article; null when it was not saved. */
  async function store(): Promise<Article | null> {
    if (base && !isDirty) return base;
    if (!base) {
      const made = await create.run({ id, draft });
      if (made) setBase(made.value);
      return made?.value ?? null;
    }
    const { locale: _, ...changes } = draft;
    const saved = await save.run({ id, revision: base.revision, draft: changes });
    if (saved && !saved.value) setStale(true);
    if (saved?.value) setBase(saved.value);
    return saved?.value ?? null;
  }

  /** A new article has its own address once it is stored: the page of that address reads it anew. */
  const settle = () =>
    article === null && navigate({ to: "/knowledge/$articleId", params: { articleId: id }, replace: true });

  return {
    draft,
    set,
    base,
    isDirty,
    isBusy: create.isBusy || save.isBusy || publish.isBusy || archive.isBusy,
    problem: isStale
      ? new HelpdeskError({ message: "", details: "helpdesk.stale_revision", status: 409 })
      : create.problem ?? save.problem ?? publish.problem ?? archive.problem,
    isStale,
    async store() {
      if (await store()) await settle();
    },
    async publish() {
      const saved = await store();
      const done = saved && await publish.run({ id: saved.article_id, revision: saved.revision });
      if (!done) return; // the problem is shown, the draft is stored
      setBase(done.value);
      await settle();
    },
    async archive() {
      const done = await archive.run(id);
      if (done) setBase(done.value);
    },
    /** After somebody else's edit: take theirs as the base, keep one's own text, which the next save stores. */
    keepMine(theirs: Article) {
      setBase(theirs);
      setStale(false);
      save.reset();
    },
  };
}
