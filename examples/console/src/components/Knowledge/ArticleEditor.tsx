import { useState } from "react";
import { useTranslations } from "use-intl";
import { useArticle } from "../../hooks/useArticles.ts";
import { useArticleEditor } from "../../hooks/useArticleEditor.ts";
import type { Article } from "../../lib/models.ts";
import {
  Badge,
  Button,
  ConfirmDialog,
  ErrorNote,
  Markdown,
  PageHeader,
  Select,
  Tabs,
  TextArea,
  TextField,
} from "../Shared/index.ts";
import { Versions } from "./Versions.tsx";

/** Writing an article: text with preview, who reads it, publish, and what was published before. */
export function ArticleEditor({ article, title }: { article: Article | null; title?: string }) {
  const t = useTranslations("knowledge");
  const editor = useArticleEditor(article, title);
  const { draft, set, base } = editor;
  const [isAsking, setAsking] = useState(false);
  const isReady = draft.title.trim() !== "" && draft.slug !== "" && !editor.isStale;
  const actions = (
    <div className="flex flex-wrap gap-2">
      {base && base.status === "published" && <Button onClick={() => setAsking(true)}>{t("archive")}</Button>}
      <Button isBusy={editor.isBusy} isDisabled={!isReady || !editor.isDirty} onClick={editor.store}>
        {t("save")}
      </Button>
      <Button
        variant="primary"
        isBusy={editor.isBusy}
        isDisabled={!isReady || !draft.body.trim()}
        onClick={editor.publish}
      >
        {t("publish")}
      </Button>
    </div>
  );
  return (
    <div className="mx-auto max-w-4xl p-4 sm:p-6">
      <PageHeader title={base?.title ?? t("newArticle")} actions={actions} />
      <p className="mt-1 flex items-center gap-2 text-muted" aria-live="polite">
        {base && <Badge tone={base.status === "published" ? "success" : "warning"}>{t(base.status)}</Badge>}
        {editor.isDirty ? t("unsaved") : base ? t("saved") : t("notYet")}
      </p>
      {editor.isStale && base
        ? <Stale id={base.article_id} onKeep={editor.keepMine} />
        : editor.problem && <ErrorNote error={editor.problem} />}
      <div className="mt-4 flex flex-col gap-3">
        <TextField label={t("articleTitle")} value={draft.title} onChange={(title) => set({ title })} />
        <div className="grid gap-3 sm:grid-cols-4">
          <TextField label={t("slug")} value={draft.slug} onChange={(slug) => set({ slug })} />
          <TextField
            label={t("section")}
            value={draft.section ?? ""}
            onChange={(section) => set({ section: section || null })}
          />
          <Select
            label={t("audience")}
            value={draft.audience}
            onChange={(audience) => set({ audience: audience as Article["audience"] })}
            options={(["public", "internal"] as const).map((value) => ({ value, label: t(`audiences.${value}`) }))}
          />
          <TextField
            label={t("locale")}
            isDisabled={base !== null}
            value={draft.locale}
            onChange={(locale) => set({ locale })}
          />
        </div>
        <Tabs
          label={t("text")}
          tabs={[
            {
              id: "write",
              label: t("write"),
              content: (
                <TextArea
                  label={t("text")}
                  hint={t("textHint")}
                  rows={18}
                  value={draft.body}
                  onChange={(body) => set({ body })}
                />
              ),
            },
            {
              id: "preview",
              label: t("preview"),
              content: (
                <div className="min-h-40 rounded-lg border border-line p-4">
                  <Markdown text={draft.body} />
                </div>
              ),
            },
            {
              id: "versions",
              label: t("versions"),
              content: <Versions articleId={base?.article_id ?? null} draft={draft.body} />,
            },
          ]}
        />
      </div>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("archiveTitle")}
        text={t("archiveText")}
        confirmLabel={t("archive")}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await editor.archive();
          setAsking(false);
        }}
      />
    </div>
  );
}

/** Somebody else has saved since: their text, and the way to keep one's own. */
function Stale({ id, onKeep }: { id: string; onKeep(theirs: Article): void }) {
  const t = useTranslations("knowledge");
  const theirs = useArticle(id);
  return (
    <div role="alert" className="mt-3 flex flex-col gap-2 rounded-lg bg-warning-soft p-4">
      <p className="font-medium text-warning">{t("staleEdit")}</p>
      {theirs.data && <pre className="max-h-48 overflow-auto whitespace-pre-wrap" dir="auto">{theirs.data.body}</pre>}
      <Button
        isBusy={theirs.isFetching}
        onClick={async () => {
          const { data } = await theirs.refetch();
          if (data) onKeep(data);
        }}
      >
        {t("keepMine")}
      </Button>
    </div>
  );
}
