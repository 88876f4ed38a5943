import { Copy, EyeOff, MoreHorizontal, Split } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useConversationActions } from "../../hooks/useTicketRelations.ts";
import type { MessageEntry } from "../../lib/timeline.ts";
import { ConfirmDialog, Menu, useToast } from "../Shared/index.ts";
import { SplitDialog } from "./SplitDialog.tsx";

type Props = { message: MessageEntry; ticketId: string };

/** What can be done with one message. */
export function MessageMenu({ message, ticketId }: Props) {
  const t = useTranslations("ticket");
  const { toast } = useToast();
  const { redact } = useConversationActions(ticketId);
  const [asks, setAsks] = useState<"split" | "redact" | null>(null);
  const close = () => setAsks(null);
  const copy = () => void navigator.clipboard.writeText(message.body).then(() => toast({ title: t("copied") }));
  const remove = async () => {
    const done = await redact.run(message.id);
    close();
    if (!done) toast({ kind: "danger", title: redact.problem?.message ?? t("redactFailed") });
  };
  if (message.redactedAt) return null;
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            aria-label={t("messageActions", { name: message.authorName })}
            className="-my-1 grid size-[24px] place-items-center rounded text-subtle hover:bg-hover hover:text-default"
          >
            <MoreHorizontal aria-hidden size={16} />
          </button>
        }
        items={[
          { label: t("copyText"), icon: Copy, onSelect: copy },
          { label: t("split"), icon: Split, onSelect: () => setAsks("split") },
          { label: t("redact"), icon: EyeOff, isDangerous: true, onSelect: () => setAsks("redact") },
        ]}
      />
      {asks === "split" && <SplitDialog message={message} ticketId={ticketId} onClose={close} />}
      {asks === "redact" && (
        <ConfirmDialog
          title={t("redactTitle")}
          text={t("redactHint")}
          confirmLabel={t("redactConfirm")}
          isOpen
          isDangerous
          onConfirm={remove}
          onClose={close}
        />
      )}
    </>
  );
}
