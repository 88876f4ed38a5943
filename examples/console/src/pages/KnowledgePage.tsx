import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { ArticleList } from "../components/Knowledge/ArticleList.tsx";
import { KnowledgeFrame } from "../components/Knowledge/KnowledgeFrame.tsx";

export default function KnowledgePage() {
  const t = useTranslations("knowledge");
  const action = (
    <Link
      to="/knowledge/$articleId"
      params={{ articleId: "new" }}
      className="rounded-md bg-accent px-3 py-1.5 font-medium text-on-accent"
    >
      {t("newArticle")}
    </Link>
  );
  return (
    <KnowledgeFrame actions={action}>
      <ArticleList />
    </KnowledgeFrame>
  );
}
