import { useId } from "react";
import { useTranslations } from "use-intl";
import { NOTIFICATION_KINDS, type NotificationKind } from "../../lib/mailTexts.ts";
import { Checkbox } from "../Shared/index.ts";

type Props = { value: readonly NotificationKind[]; error?: string; onChange(value: NotificationKind[]): void };

/** Which notifications staff receive who have not chosen for themselves. */
export function NotificationKinds({ value, error, onChange }: Props) {
  const t = useTranslations("automatic");
  const id = useId();
  return (
    <fieldset aria-describedby={id} className="flex flex-col gap-1">
      <legend className="font-medium">{t("settings.email_notifications")}</legend>
      <p id={id} className={error ? "text-danger" : "text-muted"}>{error ?? t("hints.email_notifications")}</p>
      {NOTIFICATION_KINDS.map((kind) => (
        <Checkbox
          key={kind}
          label={t(`kinds.${kind}`)}
          isChecked={value.includes(kind)}
          onChange={(isOn) => onChange(NOTIFICATION_KINDS.filter((one) => one === kind ? isOn : value.includes(one)))}
        />
      ))}
    </fieldset>
  );
}
