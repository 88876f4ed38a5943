import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useArticles } from "../../hooks/useArticles.ts";
import type { Article } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Badge, EmptyState, Select, TextField, Time } from "../Shared/index.ts";

const TONES = { draft: "warning", published: "success", archived: "neutral" } as const;

/** Articles as staff write them: drafts, published and archived ones. */
export function ArticleList() {
  const t = useTranslations("knowledge");
  const [search, setSearch] = useState("");
  const [status, setStatus] = useState<Article["status"] | "">("");
  const articles = useArticles({ search, status: status || undefined });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <TextField label={t("search")} value={search} onChange={setSearch} placeholder={t("searchHint")} />
        <Select
          label={t("status")}
          value={status}
          onChange={(value) => setStatus(value as Article["status"])}
          options={[
            { value: "", label: t("all") },
            ...(["draft", "published", "archived"] as const).map((value) => ({ value, label: t(value) })),
          ]}
        />
      </div>
      <Loaded query={articles}>
        {(found) =>
          found.length === 0
            ? <EmptyState title={t("noArticles")} hint={t("noArticlesHint")} />
            : (
              <ul className="divide-y divide-line rounded-lg border border-line">
                {found.map((article) => (
                  <li key={article.article_id}>
                    <Link
                      to="/knowledge/$articleId"
                      params={{ articleId: article.article_id }}
                      className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 hover:bg-hover"
                    >
                      <span className="min-w-0 flex-1 truncate font-medium" dir="auto">{article.title}</span>
                      {article.audience === "internal" && <Badge tone="neutral">{t("internal")}</Badge>}
                      <Badge tone={TONES[article.status]}>{t(article.status)}</Badge>
                      <span className="text-muted">{article.locale}</span>
                      <span className="text-muted">
                        <Time at={article.updated_at} />
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            )}
      </Loaded>
    </div>
  );
}
