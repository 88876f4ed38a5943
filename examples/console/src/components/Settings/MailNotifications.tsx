import { useTranslations } from "use-intl";
import { useMailNotifications, useNotificationChange } from "../../hooks/useMailTexts.ts";
import { NOTIFICATION_KINDS } from "../../lib/mailTexts.ts";
import { LANGUAGES } from "../../lib/preferences.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { ErrorNote, Panel, Select, Switch } from "../Shared/index.ts";

/** Which mails a person of staff receives. They are kept in the helpdesk, for all devices. */
export function MailNotifications() {
  const t = useTranslations("settings");
  const { run, isBusy, problem } = useNotificationChange();
  return (
    <Panel title={t("mails")}>
      <Loaded query={useMailNotifications()}>
        {(chosen) => (
          <div className="flex flex-col gap-4 p-4">
            <p className="text-muted">{t("mailsHint")}</p>
            {problem && <ErrorNote error={problem} />}
            {NOTIFICATION_KINDS.map((kind) => (
              <Switch
                key={kind}
                label={t(`mailsOf.${kind}`)}
                isOn={chosen[kind]}
                isDisabled={isBusy}
                onChange={(isOn) => void run({ [kind]: isOn })}
              />
            ))}
            <div className="max-w-60">
              <Select
                label={t("mailLanguage")}
                value={chosen.chosen.includes("locale") ? chosen.locale : ""}
                onChange={(locale) => void run({ locale: locale || null })}
                options={[
                  { value: "", label: t("mailLanguageUsual") },
                  ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label })),
                ]}
              />
            </div>
          </div>
        )}
      </Loaded>
    </Panel>
  );
}
