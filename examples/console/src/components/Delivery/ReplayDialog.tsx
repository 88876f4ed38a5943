import { useState } from "react";
import { useTranslations } from "use-intl";
import { useReplay } from "../../hooks/useDeliveries.ts";
import { rangeOf } from "../../lib/deliveries.ts";
import { Select, TextField, useToast } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";

/** Send again what is dead, or everything of a time that the webhook asks for. */
export function ReplayDialog({ webhookId, onClose }: { webhookId: string; onClose(): void }) {
  const t = useTranslations("deliveries");
  const { toast } = useToast();
  const again = useReplay();
  const [what, setWhat] = useState<"dead" | "range">("dead");
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const range = rangeOf(since, until);
  const run = async () => {
    const done = await again.run(what === "dead" ? { isDead: true, webhookId } : { webhookId, ...range! });
    if (!done) return;
    toast({ kind: "success", title: t("replayed", { count: done.value }) });
    onClose();
  };
  return (
    <FormDialog
      title={t("replay")}
      saveLabel={t("sendAgain")}
      isBusy={again.isBusy}
      isDisabled={what === "range" && !range}
      problem={again.problem}
      onSave={run}
      onClose={onClose}
    >
      <p className="text-muted">{t("replayText")}</p>
      <Select
        label={t("replayWhat")}
        value={what}
        onChange={(value) => setWhat(value as "dead" | "range")}
        options={(["dead", "range"] as const).map((value) => ({ value, label: t(`replays.${value}`) }))}
      />
      {what === "range" && (
        <div className="flex flex-wrap gap-3">
          <TextField label={t("since")} type="datetime-local" value={since} onChange={setSince} isRequired />
          <TextField
            label={t("until")}
            type="datetime-local"
            value={until}
            onChange={setUntil}
            error={since !== "" && until !== "" && !range ? t("backwards") : undefined}
          />
        </div>
      )}
    </FormDialog>
  );
}
