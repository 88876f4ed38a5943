import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import type { OutboxEntry, Outgoing } from "../../lib/outbox.ts";
import { Button, Kbd } from "../Shared/index.ts";

type Props = { entry: OutboxEntry<Outgoing>; name: string; isNote?: boolean; onRetry(): void; onEdit(): unknown };

/** In place of the editor while a text is on its way: take it back, send it now, try it again. */
export function OutgoingBar({ entry: { state, sendsAt }, name, isNote = false, onRetry, onEdit }: Props) {
  const t = useTranslations("composer");
  const writing = useTranslations("writing");
  const seconds = useSecondsUntil(sendsAt);
  const [total] = useState(seconds);
  return (
    <div
      className={`flex flex-wrap items-center gap-2 rounded-b-md rounded-se-md border px-3 py-2.5 ${
        isNote ? "border-note bg-note" : "border-accent bg-accent-soft"
      }`}
    >
      {state === "holding" && (
        <>
          <span className="flex-1">{t("holding", { name, seconds })}</span>
          <span role="status" className="sr-only">{t("holdingSaid", { seconds: total })}</span>
          <Button size="small" onClick={onRetry}>{t("sendNow")}</Button>
          <Button size="small" variant="primary" onClick={onEdit} aria-keyshortcuts="u">
            {t("undo")} <Kbd keys="u" />
          </Button>
        </>
      )}
      {state === "sending" && <span role="status">{isNote ? t("addingNote") : t("sending", { name })}</span>}
      {(state === "waiting" || state === "failed") && (
        <>
          <span role="alert" className="flex-1">
            {writing(state === "waiting" ? "waiting" : isNote ? "notSentNote" : "notSent")}
          </span>
          <Button size="small" onClick={onRetry}>{writing("retry")}</Button>
          <Button size="small" variant="ghost" onClick={onEdit}>{writing("edit")}</Button>
        </>
      )}
    </div>
  );
}

function useSecondsUntil(time: number): number {
  const left = () => Math.max(0, Math.ceil((time - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(left()), 250);
    return () => clearInterval(timer);
  });
  return seconds;
}
