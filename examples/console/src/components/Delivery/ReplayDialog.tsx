import { useState } from "react";
import { useTranslations } from "use-intl";
import { useReplay } from "../../hooks/useDeliveries.ts";
import { rangeOf } from "../../lib/deliveries.ts";
import { Button, Dialog, ErrorNote, Select, TextField, useToast } from "../Shared/index.ts";

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
    <Dialog
      isOpen
      onClose={onClose}
      title={t("replay")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" isBusy={again.isBusy} isDisabled={what === "range" && !range} onClick={run}>
            {t("sendAgain")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted">{t("replayText")}</p>
        {again.problem && <ErrorNote error={again.problem} />}
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
      </div>
    </Dialog>
  );
}
