import { ChevronDown, ChevronRight } from "lucide-react";
import { memo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useStaff } from "../../hooks/usePeople.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { useTicketFields } from "../../hooks/useTicketFields.ts";
import { type EventLine, eventLines, type Names } from "../../lib/eventWords.ts";
import type { Priority, Status } from "../../lib/models.ts";
import type { EventEntry } from "../../lib/timeline.ts";
import { MailEvent } from "../Mail/MailEvent.tsx";
import { Time } from "../Shared/index.ts";

const SHORT = 2;

/** Changes that follow each other: a grey line each; more than a few are folded. */
export const EventGroup = memo(
  function EventGroup({ events }: { events: EventEntry[] }) {
    const t = useTranslations("ticket");
    const [isOpen, setOpen] = useState(false);
    const names = useNames();
    const lines = events.flatMap((event) =>
      eventLines(event, names).map((line, index) => ({ event, line, key: `${event.id}-${index}` }))
    );
    const isLong = lines.length > SHORT;
    const Chevron = isOpen ? ChevronDown : ChevronRight;
    return (
      <div data-entry className="flex flex-col ps-10 text-xs text-subtle">
        {isLong && (
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="-ms-5 flex min-h-[24px] w-fit items-center gap-1 rounded pe-1.5 hover:bg-hover hover:text-muted"
          >
            <Chevron aria-hidden size={14} className="rtl:-scale-x-100" />
            {isOpen ? t("hideChanges") : t("showChanges", { count: lines.length })}
          </button>
        )}
        {(!isLong || isOpen) && (
          <ul className="flex flex-col">
            {lines.map(({ event, line, key }) => (
              <li key={key} className="flex min-h-[24px] items-center gap-1.5">
                <span className="truncate" dir="auto">
                  <Words event={event} line={line} />
                </span>
                <span aria-hidden>·</span>
                <Time at={event.at} />
              </li>
            ))}
          </ul>
        )}
      </div>
    );
  },
  (one, other) =>
    one.events.length === other.events.length && one.events.every((event, at) => event === other.events[at]),
);

function Words({ event, line: { key, value } }: { event: EventEntry; line: EventLine }) {
  const t = useTranslations("ticket");
  const shared = useTranslations("shared");
  const format = useFormatter();
  if (key === "mail") return <MailEvent name={value} actor={event.authorName || t("system")} />;
  const words = key === "status"
    ? shared(`statuses.${value as Status}`)
    : key === "priority"
    ? shared(`priorities.${value as Priority}`)
    : key === "snoozed"
    ? format.dateTime(new Date(value), { dateStyle: "medium", timeStyle: "short" })
    : value || t("somebody");
  return t(`events.${key}`, { actor: event.authorName || t("system"), value: words });
}

/** The names of people, teams and fields that events know by id. */
function useNames(): Names {
  const { data: staff } = useStaff();
  const { data: teams } = useTeams();
  const { data: fields } = useTicketFields();
  return {
    person: (id) => staff?.find((person) => person.user_id === id)?.name ?? null,
    team: (id) => teams?.find((team) => team.team_id === id)?.name ?? null,
    field: (key) => fields?.find((field) => field.key === key)?.label ?? key,
  };
}
