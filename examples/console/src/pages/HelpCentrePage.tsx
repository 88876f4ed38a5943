import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { ArticleLinks } from "../components/Portal/ArticleLinks.tsx";
import { FoundArticles } from "../components/Portal/FoundArticles.tsx";
import { PageHeader, TextField } from "../components/Shared/index.ts";
import { useAuth } from "../contexts/AuthContext.tsx";

export default function HelpCentrePage() {
  const t = useTranslations("portal");
  const { can } = useAuth();
  const [words, setWords] = useState("");
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-5 p-4 sm:p-8">
      <PageHeader title={t("help")} />
      <search>
        <TextField
          type="search"
          label={t("searchHelp")}
          isLabelHidden
          placeholder={t("searchHelp")}
          value={words}
          onChange={setWords}
        />
      </search>
      {words.trim().length > 2 ? <FoundArticles words={words} /> : <ArticleLinks />}
      {can("request") && (
        <p className="text-muted">
          {t("notFoundHelp")} <Link to="/requests/new" className="text-accent underline">{t("newRequest")}</Link>
        </p>
      )}
    </div>
  );
}
