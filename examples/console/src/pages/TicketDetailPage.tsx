import { useNavigate, useParams } from "@tanstack/react-router";
import { TicketDetail } from "../components/Tickets/TicketDetail.tsx";
import { useNextTicket } from "../hooks/useNextTicket.ts";

export default function TicketDetailPage() {
  const { ticketId = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const nextTicket = useNextTicket(ticketId);
  const goOn = () => {
    const next = nextTicket();
    if (next) void navigate({ to: "/tickets/$ticketId", params: { ticketId: next } });
    else void navigate({ to: "/queue" });
  };
  return <TicketDetail ticketId={ticketId} onNext={goOn} />;
}
