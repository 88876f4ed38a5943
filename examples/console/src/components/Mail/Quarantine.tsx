import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import { useQuarantine } from "../../hooks/useInboundMail.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import { Button, EmptyState, ErrorNote, Skeleton } from "../Shared/index.ts";
import { QuarantineCard } from "./QuarantineCard.tsx";

/** The mails that wait for a person's decision, the oldest first; j and k go through them. */
export function Quarantine() {
  const t = useTranslations("mail");
  const [chosen, setChosen] = useState<string | null>(null);
  const query = useQuarantine();
  const mails = query.data?.pages.flat() ?? [];
  const at = mails.findIndex(({ inbound_id: id }) => id === chosen);
  const last = useRef(0);
  const go = (to: number) => {
    const next = mails[to];
    if (!next) return;
    setChosen(next.inbound_id);
    document.getElementById(`mail-${next.inbound_id}`)?.focus();
  };
  const move = (by: number) => go(Math.max(0, at + by));
  // A mail that was decided on takes the focus with it: the next one has it then.
  useEffect(() => {
    if (at >= 0) last.current = at;
    else if (chosen !== null && document.activeElement === document.body) go(Math.min(last.current, mails.length - 1));
  });
  const group = t("quarantine");
  useShortcuts([
    { id: "quarantine.next", keys: "j", label: t("nextMail"), group, run: () => move(1) },
    { id: "quarantine.previous", keys: "k", label: t("previousMail"), group, run: () => move(-1) },
  ]);
  if (query.error && mails.length === 0) {
    return <ErrorNote error={toHelpdeskError(query.error)} onRetry={() => query.refetch()} />;
  }
  if (query.isPending) return <Skeleton className="h-40 w-full" />;
  if (mails.length === 0) return <EmptyState title={t("nothingWaits")} hint={t("nothingWaitsHint")} />;
  return (
    <div className="flex flex-col gap-4">
      <ul className="flex flex-col gap-4">
        {mails.map((mail) => (
          <li
            key={mail.inbound_id}
            id={`mail-${mail.inbound_id}`}
            tabIndex={-1}
            onFocus={() => setChosen(mail.inbound_id)}
            className="rounded-lg"
          >
            <QuarantineCard mail={mail} isChosen={mail.inbound_id === chosen} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("more")}</Button>
      )}
    </div>
  );
}
