import { Link } from "@tanstack/react-router";
import { ArrowLeft, Check, RotateCcw } from "lucide-react";
import { useTranslations } from "use-intl";
import { useRequestStatus } from "../../hooks/useRequests.ts";
import type { Ticket } from "../../lib/models.ts";
import { stateOf } from "../../lib/requests.ts";
import { Button, ErrorNote, Time, useToast } from "../Shared/index.ts";
import { RequestStateBadge } from "./RequestStateBadge.tsx";

/** The title of a request, how it stands, and what closes it or opens it again. */
export function RequestHeader({ request }: { request: Ticket }) {
  const t = useTranslations("portal");
  const { run, isBusy, problem } = useRequestStatus(request.ticket_id);
  const { toast } = useToast();
  const state = stateOf(request.status);
  const set = async (status: "open" | "closed") => {
    if (await run({ revision: request.revision, status })) {
      toast({ title: t(status === "closed" ? "isClosed" : "isReopened"), kind: "success" });
    }
  };
  return (
    <header className="flex flex-col gap-2">
      <Link to="/requests" className="flex items-center gap-1 self-start text-muted hover:text-default">
        <ArrowLeft aria-hidden size={14} className="rtl:rotate-180" />
        {t("requests")}
      </Link>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <h1 className="min-w-0 text-[1.35rem] font-semibold tracking-tight wrap-anywhere" dir="auto">
          {request.title}
        </h1>
        {request.status === "closed" || request.status === "resolved"
          ? <Button icon={RotateCcw} isBusy={isBusy} onClick={() => void set("open")}>{t("reopen")}</Button>
          : <Button icon={Check} isBusy={isBusy} onClick={() => void set("closed")}>{t("solved")}</Button>}
      </div>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
        <RequestStateBadge status={request.status} />
        <span>#{request.number}</span>
        <span>{t.rich("opened", { time: () => <Time at={request.created_at} /> })}</span>
      </p>
      <p>{t(`stateTexts.${state}`)}</p>
      {problem && <ErrorNote error={problem} />}
    </header>
  );
}
