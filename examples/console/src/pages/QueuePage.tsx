import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { PaneBoundary } from "../components/Shell/PaneBoundary.tsx";
import { EmptyState } from "../components/Shared/index.ts";
import { Queue } from "../components/Views/Queue.tsx";
import { ViewNavigation } from "../components/Views/ViewNavigation.tsx";
import { TextsOf } from "../contexts/LanguageContext.tsx";
import { useNextTicket } from "../hooks/useNextTicket.ts";
import { useViews } from "../hooks/useViews.ts";
import { filterOf } from "../lib/queues.ts";
import { withTexts } from "../lib/texts.ts";

const TicketDetail = lazy(() =>
  withTexts("work", () => import("../components/Tickets/TicketDetail.tsx"))
    .then(({ TicketDetail }) => ({ default: TicketDetail }))
);

export default function QueuePage() {
  const t = useTranslations("queue");
  const search = useSearch({ from: "/staff/queue" });
  const views = useViews();
  const navigate = useNavigate();
  const nextTicket = useNextTicket(search.ticket ?? "");
  const goOn = () => void navigate({ to: "/queue", search: { ...search, ticket: nextTicket() ?? undefined } });
  const [isSplit, setSplit] = useState(search.ticket !== undefined);
  const filter = filterOf(search, views.data);
  return (
    <div className="flex h-full min-h-0">
      <aside className="w-52 shrink-0 overflow-y-auto border-e border-line max-md:hidden">
        <ViewNavigation active={search} />
      </aside>
      {filter
        ? (
          <Queue
            search={search}
            filter={filter}
            view={views.data?.find(({ view_id }) => view_id === search.view)}
            isSplit={isSplit}
            onSplit={() => setSplit(!isSplit)}
          />
        )
        : <div className="flex-1 p-4">{views.data && <EmptyState title={t("noView")} hint={t("noViewHint")} />}</div>}
      {isSplit && (
        <section
          aria-label={t("splitLabel")}
          className="min-w-0 flex-1 overflow-hidden border-s border-line max-lg:hidden"
        >
          {search.ticket
            ? (
              <PaneBoundary resetOn={[search.ticket]}>
                <Suspense fallback={null}>
                  <TextsOf role="work">
                    <TicketDetail ticketId={search.ticket} onNext={goOn} />
                  </TextsOf>
                </Suspense>
              </PaneBoundary>
            )
            : (
              <div className="p-4">
                <EmptyState title={t("noTicketChosen")} hint={t("noTicketChosenHint")} />
              </div>
            )}
        </section>
      )}
    </div>
  );
}
