import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useArticles, useGapActions, useGaps } from "../../hooks/useArticles.ts";
import type { Gap } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Button, EmptyState, ErrorNote, Select, Time } from "../Shared/index.ts";

/** Questions that no article answers, the most asked first. */
export function Gaps() {
  const t = useTranslations("knowledge");
  const [state, setState] = useState("open");
  return (
    <section className="flex flex-col gap-3">
      <Select
        label={t("gapState")}
        value={state}
        onChange={setState}
        options={(["open", "dismissed", "resolved"] as const).map((value) => ({
          value,
          label: t(`gapStates.${value}`),
        }))}
      />
      <Loaded query={useGaps(state)}>
        {(gaps) =>
          gaps.length === 0
            ? <EmptyState title={t("noGaps")} hint={t("noGapsHint")} />
            : (
              <ul className="divide-y divide-line rounded-lg border border-line">
                {gaps.map((gap) => <GapRow key={gap.gap_id} gap={gap} />)}
              </ul>
            )}
      </Loaded>
    </section>
  );
}

function GapRow({ gap }: { gap: Gap }) {
  const t = useTranslations("knowledge");
  const { dismiss, resolve, reopen } = useGapActions();
  const published = useArticles({ status: "published" });
  const problem = dismiss.problem ?? resolve.problem ?? reopen.problem;
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <p className="font-medium" dir="auto">{gap.question}</p>
      <p className="flex flex-wrap gap-x-3 text-muted">
        <span>{t("askedBy", { tickets: gap.tickets ?? 0 })}</span>
        {gap.last_at && <Time at={gap.last_at} />}
        {gap.last_ticket_id && (
          <Link
            to="/tickets/$ticketId"
            params={{ ticketId: gap.last_ticket_id }}
            className="text-accent hover:underline"
          >
            #{gap.last_ticket_number}
          </Link>
        )}
      </p>
      {problem && <ErrorNote error={problem} />}
      <div className="flex flex-wrap items-end gap-2">
        {gap.state === "open"
          ? (
            <>
              <Link
                to="/knowledge/$articleId"
                params={{ articleId: "new" }}
                search={{ title: gap.question ?? "" } as never}
                className="rounded-md border border-strong px-2.5 py-1 hover:bg-hover"
              >
                {t("writeArticle")}
              </Link>
              <Select
                label={t("answeredBy")}
                isLabelHidden
                value=""
                placeholder={t("answeredBy")}
                onChange={(articleId) => articleId && resolve.run({ id: gap.gap_id, articleId })}
                options={published.data?.map(({ article_id, title }) => ({ value: article_id, label: title })) ?? []}
              />
              <Button size="small" variant="ghost" isBusy={dismiss.isBusy} onClick={() => dismiss.run(gap.gap_id)}>
                {t("dismiss")}
              </Button>
            </>
          )
          : <Button size="small" isBusy={reopen.isBusy} onClick={() => reopen.run(gap.gap_id)}>{t("reopen")}</Button>}
      </div>
    </li>
  );
}
