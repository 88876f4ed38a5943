import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PageHeader } from "../Shared/index.ts";

const LINK = "border-b-2 border-transparent px-1 py-2 text-muted hover:text-default " +
  "aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-default";

/** Around the lists of knowledge: articles, and what they lack. */
export function KnowledgeFrame({ actions, children }: { actions?: ReactNode; children: ReactNode }) {
  const t = useTranslations("knowledge");
  return (
    <div className="mx-auto max-w-4xl p-4 sm:p-6">
      <PageHeader title={t("title")} actions={actions} />
      <nav aria-label={t("title")} className="mt-1 mb-4 flex gap-5 border-b border-line">
        <Link to="/knowledge" activeOptions={{ exact: true }} className={LINK}>{t("articles")}</Link>
        <Link to="/knowledge/gaps" className={LINK}>{t("gaps")}</Link>
      </nav>
      {children}
    </div>
  );
}
