import { useState } from "react";
import { useTranslations } from "use-intl";
import { useWebhookActions } from "../../hooks/useWebhooks.ts";
import type { NewWebhook } from "../../lib/deliveries.ts";
import { Select } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";

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
    <FormDialog
      title={t("rotate")}
      saveLabel={t("rotateNow")}
      isBusy={rotate.isBusy}
      problem={rotate.problem}
      onSave={run}
      onClose={onClose}
    >
      <p className="text-muted">{t("rotateText")}</p>
      <Select
        label={t("keep")}
        value={String(keep)}
        onChange={(value) => setKeep(Number(value))}
        options={KEEPS.map((seconds) => ({ value: String(seconds), label: t(`keeps.${seconds}`) }))}
      />
    </FormDialog>
  );
}
