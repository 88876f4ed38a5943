import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAssistantActions, useThresholds } from "../../hooks/useAssistantSettings.ts";
import type { Threshold } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Button, ErrorNote, Panel, TextField } from "../Shared/index.ts";

/** From which share of alike tickets the assistant suggests a label, and from which it applies it by itself. */
export function Thresholds() {
  const t = useTranslations("admin");
  return (
    <Panel title={t("thresholds")}>
      <div className="flex flex-col gap-3 p-4">
        <p className="text-muted">{t("thresholdsIntro")}</p>
        <Loaded query={useThresholds()}>
          {(rows) => rows.map((row) => <ThresholdRow key={row.kind} threshold={row} />)}
        </Loaded>
      </div>
    </Panel>
  );
}

function percent(share: number | null): string {
  return share === null ? "" : String(Math.round(share * 1000) / 10);
}

function ThresholdRow({ threshold }: { threshold: Threshold }) {
  const t = useTranslations("admin");
  const { changeThreshold } = useAssistantActions();
  const [suggest, setSuggest] = useState(percent(threshold.suggest_share));
  const [apply, setApply] = useState(percent(threshold.apply_share));
  const shares = [suggest, apply].map((text) => text.trim() === "" ? null : Number(text.replace(",", ".")) / 100);
  const isWrong = shares[0] === null || shares.some((share) => share !== null && !(share >= 0 && share <= 1));
  const isSame = suggest === percent(threshold.suggest_share) && apply === percent(threshold.apply_share);
  const save = () =>
    changeThreshold.run({ kind: threshold.kind, suggest_share: shares[0] ?? 0, apply_share: shares[1] ?? null });
  return (
    <div className="flex flex-wrap items-end gap-3 border-t border-line pt-3">
      <p className="w-28 pb-2 font-medium">{t(`kinds.${threshold.kind as "team"}`)}</p>
      <TextField label={t("suggestFrom")} value={suggest} onChange={setSuggest} />
      <TextField label={t("applyFrom")} placeholder={t("never")} value={apply} onChange={setApply} />
      <Button isBusy={changeThreshold.isBusy} isDisabled={isWrong || isSame} onClick={save}>{t("save")}</Button>
      {changeThreshold.problem && <ErrorNote error={changeThreshold.problem} />}
    </div>
  );
}
