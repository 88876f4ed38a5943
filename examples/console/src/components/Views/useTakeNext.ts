import { useNavigate } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import { useClaimNext } from "../../hooks/useQueues.ts";
import { useToast } from "../Shared/index.ts";

/** Take the next ticket and open it, by button or by `q`; a message says so when the queues are empty. */
export function useTakeNext() {
  const t = useTranslations("queue");
  const navigate = useNavigate();
  const { toast } = useToast();
  const { next, isBusy, problem } = useClaimNext();
  const takeNext = async () => {
    const ticket = await next();
    if (ticket) await navigate({ to: "/tickets/$ticketId", params: { ticketId: ticket.ticket_id } });
    else if (ticket === null) toast({ title: t("nothingToTake") });
  };
  useShortcuts([{
    id: "take next",
    keys: "q",
    label: t("takeNext"),
    group: t("groupList"),
    run: () => void takeNext(),
  }]);
  return { takeNext, isBusy, problem };
}
