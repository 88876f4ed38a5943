import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Ticket } from "../../lib/models.ts";
import { Time } from "../Shared/index.ts";
import { RequestStateBadge } from "./RequestStateBadge.tsx";

/** The person's requests, each a link. */
export function RequestList({ requests }: { requests: Ticket[] }) {
  const t = useTranslations("portal");
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-raised">
      {requests.map((request) => (
        <li key={request.ticket_id} className="relative flex items-center gap-3 px-4 py-3 hover:bg-hover">
          <div className="min-w-0 flex-1">
            <Link
              to="/requests/$ticketId"
              params={{ ticketId: request.ticket_id }}
              className="block truncate font-medium after:absolute after:inset-0"
            >
              <bdi>{request.title}</bdi>
            </Link>
            <p className="mt-0.5 flex flex-wrap gap-x-2 text-subtle">
              <span>#{request.number}</span>
              <span>{t.rich("changed", { time: () => <Time at={request.updated_at} /> })}</span>
            </p>
          </div>
          <RequestStateBadge status={request.status} />
          <ChevronRight aria-hidden size={16} className="shrink-0 text-subtle rtl:rotate-180" />
        </li>
      ))}
    </ul>
  );
}
