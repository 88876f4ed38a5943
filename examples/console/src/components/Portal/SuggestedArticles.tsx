import { BookOpen } from "lucide-react";
import { useTranslations } from "use-intl";
import { useArticleSearch } from "../../hooks/useArticles.ts";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { firstOfEach } from "../../lib/articles.ts";

/** Articles that may answer a question while it is typed. They open beside the form, which keeps its text. */
export function SuggestedArticles({ words }: { words: string }) {
  const t = useTranslations("portal");
  const question = useDebounced(words.trim().slice(0, 300), 400);
  const { data = [] } = useArticleSearch(question, 8);
  const articles = question.length > 2 ? firstOfEach(data).slice(0, 3) : [];
  return (
    <div aria-live="polite">
      {articles.length > 0 && (
        <section aria-label={t("suggested")} className="mt-3 rounded-lg border border-line bg-sunken px-4 py-3">
          <h2 className="font-medium">{t("suggested")}</h2>
          <ul className="mt-2 flex flex-col gap-2">
            {articles.map((article) => (
              <li key={article.article_id} className="flex gap-2">
                <BookOpen aria-hidden size={16} className="mt-0.5 shrink-0 text-accent" />
                <div className="min-w-0">
                  <a href={`/help/${article.article_id}`} target="_blank" className="text-accent underline" dir="auto">
                    {article.title}
                  </a>
                  <p className="line-clamp-2 text-muted" dir="auto">{article.body}</p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
