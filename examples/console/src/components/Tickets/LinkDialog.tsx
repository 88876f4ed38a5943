import { useState } from "react";
import { useTranslations } from "use-intl";
import { useLinkActions } from "../../hooks/useTicketRelations.ts";
import type { LinkKind, Ticket, TicketDetails } from "../../lib/models.ts";
import { Button, Dialog, ErrorNote, Select } from "../Shared/index.ts";
import { TicketFinder } from "./TicketFinder.tsx";

const KINDS: LinkKind[] = ["duplicate_of", "blocks", "child_of", "follow_up_of"];

type Props = { ticket: TicketDetails; onClose(): void };

/** Links the ticket to another one, in either direction. */
export function LinkDialog({ ticket, onClose }: Props) {
  const t = useTranslations("ticket");
  const { link } = useLinkActions(ticket.ticket_id);
  const [kind, setKind] = useState<`${"out" | "in"}.${LinkKind}`>("out.duplicate_of");
  const [other, setOther] = useState<Ticket | null>(null);
  const save = async () => {
    const [direction, chosen] = kind.split(".") as ["out" | "in", LinkKind];
    const ends = [ticket.ticket_id, other!.ticket_id];
    const [sourceId, targetId] = direction === "out" ? ends : ends.reverse();
    if (await link.run({ sourceId: sourceId!, kind: chosen, targetId: targetId! })) onClose();
  };
  return (
    <Dialog
      title={t("linkTitle", { number: ticket.number })}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" isDisabled={!other} isBusy={link.isBusy} onClick={save}>{t("save")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Select
          label={t("linkKind")}
          value={kind}
          onChange={(value) => setKind(value as typeof kind)}
          options={(["out", "in"] as const).flatMap((direction) =>
            KINDS.map((one) => ({ value: `${direction}.${one}`, label: t(`links.${direction}.${one}`) }))
          )}
        />
        <TicketFinder besides={ticket.ticket_id} chosen={other} onChoose={setOther} />
        {link.problem && <ErrorNote error={link.problem} />}
      </div>
    </Dialog>
  );
}
