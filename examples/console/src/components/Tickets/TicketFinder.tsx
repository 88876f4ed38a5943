import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSearch } from "../../hooks/useTickets.ts";
import type { Ticket } from "../../lib/models.ts";
import { StatusBadge, TextField } from "../Shared/index.ts";

type Props = { besides: string; chosen: Ticket | null; onChoose(ticket: Ticket): void };

/** Finds another ticket by number, words or address. */
export function TicketFinder({ besides, chosen, onChoose }: Props) {
  const t = useTranslations("ticket");
  const [words, setWords] = useState("");
  // A number alone is a query, too.
  const { data: found, isFetching } = useSearch(/^#?\d$/.test(words.trim()) ? `${words.trim()} ` : words);
  const all = [...found?.exact ?? [], ...(found?.hits ?? []).map(({ ticket }) => ticket)];
  const tickets = [...new Map(all.map((ticket) => [ticket.ticket_id, ticket])).values()]
    .filter(({ ticket_id }) => ticket_id !== besides)
    .slice(0, 8);
  return (
    <div>
      <TextField label={t("mergeFind")} value={words} onChange={setWords} autoFocus />
      <ul aria-label={t("mergeFind")} className="mt-2 flex max-h-56 flex-col overflow-y-auto">
        {tickets.map((ticket) => (
          <li key={ticket.ticket_id}>
            <button
              type="button"
              aria-pressed={chosen?.ticket_id === ticket.ticket_id}
              onClick={() => onChoose(ticket)}
              className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-start hover:bg-hover aria-pressed:bg-selected"
            >
              <span className="shrink-0 text-subtle">#{ticket.number}</span>
              <span className="min-w-0 flex-1 truncate" dir="auto">{ticket.title}</span>
              <StatusBadge status={ticket.status} />
            </button>
          </li>
        ))}
      </ul>
      {words.trim() !== "" && found && !isFetching && tickets.length === 0 && (
        <p className="mt-2 text-muted">{t("mergeNothing")}</p>
      )}
    </div>
  );
}
