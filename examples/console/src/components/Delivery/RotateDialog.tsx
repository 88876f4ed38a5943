import { useState } from "react";
import { useTranslations } from "use-intl";
import { useWebhookActions } from "../../hooks/useWebhooks.ts";
import type { NewWebhook } from "../../lib/deliveries.ts";
import { Button, Dialog, ErrorNote, Select } from "../Shared/index.ts";

/** For how long the former secret signs, too, in seconds. */
const KEEPS = [86_400, 604_800, 3_600, 0] as const;

type Props = { webhookId: string; onClose(): void; onMade(made: NewWebhook): void };

/** A new secret, and how long the former one goes on. */
export function RotateDialog({ webhookId, onClose, onMade }: Props) {
  const t = useTranslations("deliveries");
  const { rotate } = useWebhookActions();
  const [keep, setKeep] = useState<number>(KEEPS[0]);
  const run = async () => {
    const made = await rotate.run({ id: webhookId, keepSeconds: keep });
    if (made) onMade(made.value);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("rotate")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" isBusy={rotate.isBusy} onClick={run}>{t("rotateNow")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted">{t("rotateText")}</p>
        {rotate.problem && <ErrorNote error={rotate.problem} />}
        <Select
          label={t("keep")}
          value={String(keep)}
          onChange={(value) => setKeep(Number(value))}
          options={KEEPS.map((seconds) => ({ value: String(seconds), label: t(`keeps.${seconds}`) }))}
        />
      </div>
    </Dialog>
  );
}
