import { useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { TicketDetail } from "../components/Tickets/TicketDetail.tsx";
import { useShortcuts } from "../contexts/ShortcutContext.tsx";
import { useNextTicket } from "../hooks/useNextTicket.ts";

export default function TicketDetailPage() {
  const { ticketId = "" } = useParams({ strict: false });
  const t = useTranslations("ticket");
  const navigate = useNavigate();
  const router = useRouter();
  const nextTicket = useNextTicket(ticketId);
  const goOn = () => {
    const next = nextTicket();
    if (next) void navigate({ to: "/tickets/$ticketId", params: { ticketId: next } });
    else void navigate({ to: "/queue" });
  };
  const back = () => {
    // It closes what lies over the page first.
    if (document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]')) return;
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: "/queue" });
  };
  useShortcuts([{ id: "ticket.back", keys: "Escape", label: t("back"), group: t("shortcuts.group"), run: back }]);
  return <TicketDetail ticketId={ticketId} onNext={goOn} />;
}
