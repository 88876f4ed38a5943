import { useState } from "react";
import { useTranslations } from "use-intl";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { type QuarantinedMail, useQuarantineActions } from "../../hooks/useInboundMail.ts";
import { usePeople } from "../../hooks/usePeople.ts";
import { Button, Combobox, Dialog, ErrorNote } from "../Shared/index.ts";

type Props = { mail: QuarantinedMail; onClose(): void; onDone(ticketId: string): void };

/** A new ticket from a mail: whose it is. The sender, unless the mail does not say who wrote it. */
export function ToTicketDialog({ mail, onClose, onDone }: Props) {
  const t = useTranslations("mail");
  const { toTicket } = useQuarantineActions();
  const [words, setWords] = useState("");
  const [person, setPerson] = useState<{ value: string; label: string } | null>(null);
  const { data: found = [] } = usePeople({ search: useDebounced(words.trim(), 200), role: "customer" });
  const people = found.slice(0, 20).filter(({ is_active }) => is_active).map(({ user_id, name, email }) => ({
    value: user_id,
    label: name && email ? `${name} · ${email}` : name || email || "?",
  }));
  const options = [...person ? [person] : [], ...people.filter(({ value }) => value !== person?.value)];
  const open = async () => {
    const done = await toTicket.run({ id: mail.inbound_id, requesterId: person?.value });
    if (done) onDone(done.value);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("toTicket")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            variant="primary"
            isBusy={toTicket.isBusy}
            isDisabled={!mail.from_address && !person}
            onClick={open}
          >
            {t("openTicket")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted break-words">
          {mail.from_address ? t("ticketOfSender", { address: mail.from_address }) : t("ticketOfNobody")}
        </p>
        {toTicket.problem && <ErrorNote error={toTicket.problem} />}
        <Combobox
          label={t("requester")}
          placeholder={mail.from_address ?? t("findPerson")}
          value={person?.value ?? null}
          options={options}
          onChange={(id) => setPerson(options.find(({ value }) => value === id) ?? null)}
          onSearch={setWords}
          isRequired={!mail.from_address}
        />
      </div>
    </Dialog>
  );
}
