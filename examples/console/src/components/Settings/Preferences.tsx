import { useTranslations } from "use-intl";
import { usePreferences } from "../../contexts/PreferencesContext.tsx";
import { LANGUAGES, type Preferences as Chosen } from "../../lib/preferences.ts";
import { Notifications } from "./Notifications.tsx";
import { Panel, Select, Switch } from "../Shared/index.ts";

/** What a person chooses on this device: looks, language, shortcuts, undo. */
export function Preferences({ isStaff }: { isStaff: boolean }) {
  const t = useTranslations("settings");
  const { set, ...chosen } = usePreferences();
  return (
    <>
      <Panel title={t("looks")}>
        <div className="grid gap-4 p-4 sm:grid-cols-3">
          <Select
            label={t("theme")}
            value={chosen.theme}
            onChange={(theme) => set("theme", theme as Chosen["theme"])}
            options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(value) }))}
          />
          <Select
            label={t("density")}
            value={chosen.density}
            onChange={(density) => set("density", density as Chosen["density"])}
            options={(["comfortable", "compact"] as const).map((value) => ({ value, label: t(value) }))}
          />
          <Select
            label={t("language")}
            value={chosen.language}
            onChange={(language) => set("language", language)}
            options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          />
        </div>
      </Panel>
      <Panel title={t("work")}>
        <div className="flex flex-col gap-4 p-4">
          {isStaff && (
            <>
              <Switch label={t("singleKeys")} isOn={chosen.singleKeys} onChange={(isOn) => set("singleKeys", isOn)} />
              <div className="max-w-60">
                <Select
                  label={t("undo")}
                  value={String(chosen.undoSeconds)}
                  onChange={(value) => set("undoSeconds", Number(value) as Chosen["undoSeconds"])}
                  options={[0, 5, 10].map((seconds) => ({
                    value: String(seconds),
                    label: seconds === 0 ? t("undoNone") : t("seconds", { seconds }),
                  }))}
                />
              </div>
            </>
          )}
          {isStaff && <Notifications />}
          <Switch label={t("images")} isOn={chosen.loadsImages} onChange={(isOn) => set("loadsImages", isOn)} />
        </div>
      </Panel>
    </>
  );
}
