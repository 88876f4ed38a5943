import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { type QuarantinedMail, useQuarantineActions } from "../../hooks/useQuarantine.ts";
import { Button, ConfirmDialog, ErrorNote, useToast } from "../Shared/index.ts";
import { ToTicketDialog } from "./ToTicketDialog.tsx";

/** What a person may decide on a mail in quarantine. */
export function QuarantineDecision({ mail, onDone }: { mail: QuarantinedMail; onDone(): void }) {
  const t = useTranslations("mail");
  const navigate = useNavigate();
  const { toast } = useToast();
  const { accept, spam } = useQuarantineActions();
  const [asks, setAsks] = useState<"ticket" | "spam" | null>(null);
  const problem = accept.problem ?? spam.problem;
  const close = () => setAsks(null);
  const id = mail.inbound_id;
  const open = (ticketId: string) => void navigate({ to: "/tickets/$ticketId", params: { ticketId } });
  const say = (title: string, ticketId: string) =>
    toast({ kind: "success", title, action: { label: t("open"), run: () => open(ticketId) } });
  return (
    <>
      {problem && <ErrorNote error={problem} />}
      <div className="flex flex-wrap gap-2">
        {mail.ticket_id && (
          <Button
            variant="primary"
            isBusy={accept.isBusy}
            onClick={async () => {
              if (!await accept.run(id)) return;
              onDone();
              say(t("accepted"), mail.ticket_id!);
            }}
          >
            {t("accept")}
          </Button>
        )}
        <Button variant={mail.ticket_id ? "secondary" : "primary"} onClick={() => setAsks("ticket")}>
          {t("toTicket")}
        </Button>
        <Button variant="ghost" onClick={() => setAsks("spam")}>{t("spam")}</Button>
      </div>
      {asks === "ticket" && (
        <ToTicketDialog
          mail={mail}
          onClose={close}
          onDone={(ticketId) => {
            close();
            onDone();
            say(t("opened"), ticketId);
          }}
        />
      )}
      <ConfirmDialog
        isOpen={asks === "spam"}
        title={t("spamTitle")}
        text={t("spamText")}
        confirmLabel={t("spam")}
        onClose={close}
        onConfirm={async () => {
          if (await spam.run(id)) onDone();
          close();
        }}
      />
    </>
  );
}
