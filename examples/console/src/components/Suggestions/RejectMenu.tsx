import { useTranslations } from "use-intl";
import { useState } from "react";
import { REJECT_REASONS } from "../../lib/models.ts";
import { Button, Dialog, Menu, TextField } from "../Shared/index.ts";

type RejectMenuProps = { onReject(reason: string): void; isBusy?: boolean; keys?: string };

/** Reject with one of five reasons, or with words of one's own. */
export function RejectMenu({ onReject, isBusy, keys }: RejectMenuProps) {
  const t = useTranslations("assistant");
  const [words, setWords] = useState<string | null>(null);
  const items = [
    ...REJECT_REASONS.map((reason) => ({ label: t(`reasons.${reason}`), onSelect: () => onReject(reason) })),
    { label: t("otherReason"), onSelect: () => setWords("") },
  ];
  const send = () => {
    const text = words?.trim();
    if (!text) return;
    onReject(`other:${text}`.slice(0, 200));
    setWords(null);
  };
  return (
    <>
      <Menu
        trigger={
          <Button size="small" variant="ghost" isBusy={isBusy} aria-keyshortcuts={keys}>
            {t("reject")}
          </Button>
        }
        items={items}
      />
      <Dialog
        isOpen={words !== null}
        onClose={() => setWords(null)}
        title={t("rejectTitle")}
        footer={<Button variant="primary" isDisabled={!words?.trim()} onClick={send}>{t("reject")}</Button>}
      >
        <TextField
          label={t("reason")}
          value={words ?? ""}
          onChange={setWords}
          maxLength={190}
          onKeyDown={(event) => event.key === "Enter" && send()}
        />
      </Dialog>
    </>
  );
}
