import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useArticleSearch } from "../../hooks/useArticles.ts";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { firstOfEach } from "../../lib/articles.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** The articles that answer some words best. */
export function FoundArticles({ words }: { words: string }) {
  const t = useTranslations("portal");
  const query = useArticleSearch(useDebounced(words, 300), 20);
  return (
    <div aria-live="polite">
      <Loaded query={query}>
        {(found) => {
          const articles = firstOfEach(found);
          if (articles.length === 0) return <p className="text-muted">{t("noArticle")}</p>;
          return (
            <ul className="flex flex-col gap-4">
              {articles.map((article) => (
                <li key={article.article_id}>
                  <Link
                    to="/help/$articleId"
                    params={{ articleId: article.article_id }}
                    className="text-[1.05em] font-medium text-accent underline"
                  >
                    <bdi>{article.title}</bdi>
                  </Link>
                  <p className="line-clamp-2 text-muted" dir="auto">{article.body}</p>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </div>
  );
}
