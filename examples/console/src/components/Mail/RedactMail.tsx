import { EyeOff } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useMailRedaction } from "../../hooks/useInboundMail.ts";
import type { TicketMail } from "../../lib/inboundMail.ts";
import { Button, ConfirmDialog, ErrorNote } from "../Shared/index.ts";

/** Removes the text of a mail that is no message: a message has its own menu. */
export function RedactMail({ mail }: { mail: TicketMail }) {
  const t = useTranslations("mail");
  const [isAsking, setAsking] = useState(false);
  const redaction = useMailRedaction(mail.ticket_id);
  if (mail.post_id !== null || mail.redacted_at !== null) return null;
  const remove = async () => {
    await redaction.run(mail.inbound_id);
    setAsking(false);
  };
  return (
    <div className="flex flex-col items-start gap-2">
      {redaction.problem && <ErrorNote error={redaction.problem} />}
      <Button size="small" variant="ghost" icon={EyeOff} onClick={() => setAsking(true)}>{t("redact")}</Button>
      <ConfirmDialog
        title={t("redactTitle")}
        text={t("redactHint")}
        confirmLabel={t("redactConfirm")}
        isOpen={isAsking}
        isDangerous
        onConfirm={remove}
        onClose={() => setAsking(false)}
      />
    </div>
  );
}
