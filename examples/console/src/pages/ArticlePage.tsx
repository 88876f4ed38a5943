import { useParams, useSearch } from "@tanstack/react-router";
import { ArticleEditor } from "../components/Knowledge/ArticleEditor.tsx";
import { Loaded } from "../components/Shell/Loaded.tsx";
import { useArticle } from "../hooks/useArticles.ts";

export default function ArticlePage() {
  const { articleId = "new" } = useParams({ strict: false });
  const { title } = useSearch({ strict: false }) as { title?: string };
  const isNew = articleId === "new";
  const article = useArticle(isNew ? null : articleId);
  if (isNew) return <ArticleEditor key="new" article={null} title={title} />;
  return <Loaded query={article}>{(found) => <ArticleEditor key={articleId} article={found} />}</Loaded>;
}
