import { useNavigate } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { PageHeader, useToast } from "../components/Shared/index.ts";
import { TicketForm } from "../components/Tickets/TicketForm.tsx";
import type { Ticket } from "../lib/models.ts";

export default function NewTicketPage() {
  const t = useTranslations("ticket");
  const navigate = useNavigate();
  const { toast } = useToast();
  const onDone = ({ ticket_id: ticketId, number }: Ticket, isVisible: boolean) => {
    toast({ title: t(isVisible ? "new.created" : "new.createdElsewhere", { number }), kind: "success" });
    void (isVisible ? navigate({ to: "/tickets/$ticketId", params: { ticketId } }) : navigate({ to: "/queue" }));
  };
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-4 p-6">
      <PageHeader title={t("new.title")} />
      <TicketForm onDone={onDone} />
    </div>
  );
}
