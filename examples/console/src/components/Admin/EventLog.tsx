import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useEventLog } from "../../hooks/useEventLog.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { LogEvent } from "../../lib/models.ts";
import { Button, EmptyState, ErrorNote, Select, Time } from "../Shared/index.ts";
import { Cell, Row, Rows } from "./Rows.tsx";

const KINDS = [
  "",
  "ticket.",
  "message.",
  "note.",
  "user.",
  "team.",
  "field.",
  "article.",
  "proposal.",
  "settings.",
] as const;

/** The log as an audit: who changed what and when, the newest first. */
export function EventLog() {
  const t = useTranslations("admin");
  const [type, setType] = useState("");
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetching } = useEventLog({ type: type || undefined });
  const events = data?.pages.flat() ?? [];
  return (
    <div className="flex flex-col items-start gap-3">
      <Select
        label={t("eventKind")}
        value={type}
        onChange={setType}
        options={KINDS.map((value) => ({ value, label: value === "" ? t("allEvents") : value.slice(0, -1) }))}
      />
      {error && <ErrorNote error={toHelpdeskError(error)} onRetry={() => refetch()} />}
      {data && events.length === 0 && <EmptyState title={t("noEvents")} />}
      {events.length > 0 && (
        <div className="w-full">
          <Rows label={t("allEvents")} heads={[t("when"), t("who"), t("what"), t("ticket"), t("details")]}>
            {events.map((event) => <EventRow key={event.event_id} event={event} />)}
          </Rows>
        </div>
      )}
      {hasNextPage && <Button isBusy={isFetching} onClick={() => fetchNextPage()}>{t("older")}</Button>}
    </div>
  );
}

function EventRow({ event }: { event: LogEvent }) {
  const data = JSON.stringify(event.data);
  return (
    <Row>
      <Cell>
        <Time at={event.created_at} />
      </Cell>
      <Cell>
        <span dir="auto">{event.actor_name || event.actor_kind}</span>
      </Cell>
      <Cell>
        <code>{event.type}</code>
      </Cell>
      <Cell>
        {event.ticket_id && (
          <Link to="/tickets/$ticketId" params={{ ticketId: event.ticket_id }} className="text-accent hover:underline">
            #{event.ticket_number}
          </Link>
        )}
      </Cell>
      <Cell>
        {data !== "{}" && <code className="line-clamp-2 max-w-md break-all text-muted" title={data}>{data}</code>}
      </Cell>
    </Row>
  );
}
