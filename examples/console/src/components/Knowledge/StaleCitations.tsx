import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useStaleCitations } from "../../hooks/useArticles.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Badge, EmptyState, Time } from "../Shared/index.ts";

/** Quotes in replies whose article has changed since, or is gone. */
export function StaleCitations() {
  const t = useTranslations("knowledge");
  return (
    <section className="mt-8">
      <h2 className="font-semibold">{t("stale")}</h2>
      <p className="mb-3 text-muted">{t("staleHint")}</p>
      <Loaded query={useStaleCitations()} lines={2}>
        {(citations) =>
          citations.length === 0
            ? <EmptyState title={t("noStale")} />
            : (
              <ul className="divide-y divide-line rounded-lg border border-line">
                {citations.map((citation) => (
                  <li key={citation.citation_id} className="flex flex-col gap-1 px-4 py-3">
                    <p className="flex flex-wrap items-center gap-2">
                      <Badge tone="warning">{t(`problems.${citation.problem as "changed"}`)}</Badge>
                      {citation.article_id && (
                        <Link
                          to="/knowledge/$articleId"
                          params={{ articleId: citation.article_id }}
                          className="text-accent hover:underline"
                          dir="auto"
                        >
                          {citation.title}
                        </Link>
                      )}
                      {citation.at && <Time at={citation.at} />}
                      {citation.ticket_id && (
                        <Link
                          to="/tickets/$ticketId"
                          params={{ ticketId: citation.ticket_id }}
                          className="text-accent hover:underline"
                        >
                          {t("toTicket")}
                        </Link>
                      )}
                    </p>
                    <blockquote className="border-s-2 border-line ps-3 text-muted" dir="auto">
                      {citation.quote}
                    </blockquote>
                  </li>
                ))}
              </ul>
            )}
      </Loaded>
    </section>
  );
}
