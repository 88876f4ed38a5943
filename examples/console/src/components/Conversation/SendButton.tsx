import { ChevronDown, Send } from "lucide-react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useTransitions } from "../../hooks/useTicket.ts";
import { type Status, STATUSES, type TicketDetails } from "../../lib/models.ts";
import { Button, Menu } from "../Shared/index.ts";

type Props = {
  ticket: TicketDetails;
  label: string;
  /** Why it cannot be sent yet. */
  why?: string;
  isReady: boolean;
  onSend(status: Status | null): void;
};

/** Sends a reply; the arrow beside it sends and sets a status that the database permits. */
export function SendButton({ ticket, label, why, isReady, onSend }: Props) {
  const t = useTranslations("composer");
  const shared = useTranslations("shared");
  const { me } = useAuth();
  const { data: transitions = [] } = useTransitions();
  const reachable = transitions.filter(({ role, from_status }) => role === me?.role && from_status === ticket.status)
    .map(({ to_status }) => to_status);
  const statuses = STATUSES.filter((status) =>
    reachable.includes(status) || (status === ticket.status && status !== "closed")
  );
  return (
    <div className="flex">
      <Button variant="primary" icon={Send} isDisabled={!isReady} title={why} onClick={() => onSend(null)}>
        {label}
      </Button>
      <Menu
        trigger={
          <button
            type="button"
            disabled={!isReady}
            aria-label={t("more")}
            className="ms-px grid h-8 w-7 place-items-center rounded-md bg-accent text-on-accent disabled:cursor-not-allowed disabled:opacity-50"
          >
            <ChevronDown aria-hidden size={16} />
          </button>
        }
        items={statuses.map((status) => ({
          label: t("andStatus", { status: shared(`statuses.${status}`) }),
          keys: status === "pending" ? "mod+shift+Enter" : undefined,
          onSelect: () => onSend(status),
        }))}
      />
    </div>
  );
}
