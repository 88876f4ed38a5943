import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useHelpArticles } from "../../hooks/useArticles.ts";
import { bySection } from "../../lib/articles.ts";
import { EmptyState } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** All articles for readers, by section. */
export function ArticleLinks() {
  const t = useTranslations("portal");
  const query = useHelpArticles();
  return (
    <Loaded query={query}>
      {(articles) =>
        articles.length === 0 ? <EmptyState title={t("noArticles")} /> : (
          <div className="grid gap-4 sm:grid-cols-2">
            {bySection(articles).map(([section, list]) => (
              <section key={section} className="rounded-lg border border-line bg-raised p-4">
                <h2 className="font-semibold" dir="auto">{section || t("otherArticles")}</h2>
                <ul className="mt-2 flex flex-col gap-1.5">
                  {list.map((article) => (
                    <li key={article.article_id}>
                      <Link
                        to="/help/$articleId"
                        params={{ articleId: article.article_id }}
                        className="text-accent hover:underline"
                      >
                        <bdi>{article.title}</bdi>
                      </Link>
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </div>
        )}
    </Loaded>
  );
}
