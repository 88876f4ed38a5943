import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useTranslations } from "use-intl";
import { Markdown, Time } from "../components/Shared/index.ts";
import { Loaded } from "../components/Shell/Loaded.tsx";
import { NotFound } from "../components/Shell/NotFound.tsx";
import { useAuth } from "../contexts/AuthContext.tsx";
import { usePublishedArticle } from "../hooks/useArticles.ts";
import { toHelpdeskError } from "../lib/errors.ts";

export default function HelpArticlePage() {
  const t = useTranslations("portal");
  const { can } = useAuth();
  const { articleId = "" } = useParams({ strict: false });
  const query = usePublishedArticle(articleId);
  const { status = 0 } = query.error ? toHelpdeskError(query.error) : {};
  // No such article, an internal one, and no id at all look the same.
  if (status === 404 || status === 406 || status === 400) return <NotFound />;
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-4 p-4 sm:p-8">
      <Link to="/help" className="flex items-center gap-1 self-start text-muted hover:text-default">
        <ArrowLeft aria-hidden size={14} className="rtl:rotate-180" />
        {t("help")}
      </Link>
      <Loaded query={query}>
        {(article) => (
          <article lang={article.locale} className="flex flex-col gap-4">
            <h1 className="text-[1.6rem] font-semibold tracking-tight wrap-anywhere" dir="auto">{article.title}</h1>
            <Markdown text={article.body} isArticle />
            <p className="text-subtle">{t.rich("published", { time: () => <Time at={article.published_at} /> })}</p>
          </article>
        )}
      </Loaded>
      {can("request") && (
        <p className="border-t border-line pt-4 text-muted">
          {t("notAnswered")} <Link to="/requests/new" className="text-accent underline">{t("newRequest")}</Link>
        </p>
      )}
    </div>
  );
}
