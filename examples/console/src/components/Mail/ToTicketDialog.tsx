import { useState } from "react";
import { useTranslations } from "use-intl";
import { type QuarantinedMail, useQuarantineActions } from "../../hooks/useQuarantine.ts";
import type { Option } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";
import { PersonField } from "./PersonField.tsx";

type Props = { mail: QuarantinedMail; onClose(): void; onDone(ticketId: string): void };

/** A new ticket from a mail: whose it is. The sender, unless the mail does not say who wrote it. */
export function ToTicketDialog({ mail: { inbound_id: id, from_address: address }, onClose, onDone }: Props) {
  const t = useTranslations("mail");
  const { toTicket } = useQuarantineActions();
  const [person, setPerson] = useState<Option | null>(null);
  const open = async () => {
    const done = await toTicket.run({ id, requesterId: person?.value });
    if (done) onDone(done.value);
  };
  return (
    <FormDialog
      title={t("toTicket")}
      saveLabel={t("openTicket")}
      isBusy={toTicket.isBusy}
      isDisabled={!address && !person}
      problem={toTicket.problem}
      onSave={open}
      onClose={onClose}
    >
      <p className="text-muted break-words">{address ? t("ticketOfSender", { address }) : t("ticketOfNobody")}</p>
      <PersonField
        label={t("requester")}
        placeholder={address ?? t("findPerson")}
        role="customer"
        value={person}
        onChange={setPerson}
        isRequired={!address}
      />
    </FormDialog>
  );
}
