import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useMailSettings, useMailSettingsChange } from "../../hooks/useMailSettings.ts";
import { useMailTemplates } from "../../hooks/useMailTexts.ts";
import {
  ACKNOWLEDGED,
  type Acknowledged,
  changesOf,
  draftOf,
  isWholeNumber,
  MAIL_NUMBERS,
  type MailNumber,
  type MailSetting,
  type MailSettings as Settings,
  type MailSettingsDraft,
  sentenceAt,
  settingOf,
} from "../../lib/mailSettings.ts";
import { localesOf } from "../../lib/mailTexts.ts";
import { LANGUAGES } from "../../lib/preferences.ts";
import { Button, Checkbox, ErrorNote, Panel, Select, TextField, useToast } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { FixedLimits } from "./FixedLimits.tsx";
import { NotificationKinds } from "./NotificationKinds.tsx";

/** When the helpdesk writes mails by itself, and how many. */
export function MailSettings() {
  const t = useTranslations("automatic");
  return (
    <Panel title={t("title")}>
      <Loaded query={useMailSettings()}>{(settings) => <Form settings={settings} />}</Loaded>
    </Panel>
  );
}

function Form({ settings }: { settings: Settings }) {
  const t = useTranslations("automatic");
  const { toast } = useToast();
  const { run, isBusy, problem, reset } = useMailSettingsChange();
  // What was not touched follows what another admin sets meanwhile.
  const [touched, setTouched] = useState<Partial<MailSettingsDraft>>({});
  const { data: templates = [] } = useMailTemplates();
  const given = { ...draftOf(settings), ...touched };
  const set = (changes: Partial<MailSettingsDraft>) => setTouched({ ...touched, ...changes });
  const wrong = MAIL_NUMBERS.filter((name) => !isWholeNumber(given[name]));
  const changes = wrong.length > 0 ? {} : changesOf(settings, touched);
  const isChanged = Object.keys(changes).length > 0;
  const refused = settingOf(problem);
  const errorOf = (name: MailSetting) =>
    wrong.includes(name as MailNumber)
      ? t("wholeNumber")
      : problem && refused === name
      ? sentenceAt(problem, name)
      : undefined;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || !isChanged || !await run(changes)) return;
    setTouched({});
    toast({ kind: "success", title: t("saved") });
  };
  const undo = () => {
    setTouched({});
    reset();
  };
  // Who reads the page by ear hears what is wrong where it is mended.
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [problem]);
  const number = (name: MailNumber) =>
    name in settings && (
      <TextField
        label={t(`settings.${name}`)}
        hint={t(`hints.${name}`)}
        error={errorOf(name)}
        inputMode="numeric"
        value={given[name]}
        maxLength={9}
        onChange={(value) => setTouched({ ...touched, [name]: value })}
      />
    );
  return (
    <form ref={form} noValidate onSubmit={save} className="flex flex-col gap-4 p-4">
      <p className="max-w-prose text-muted">{t("intro")}</p>
      <div className="grid items-start gap-x-6 gap-y-4 md:grid-cols-2">
        <Select
          label={t("settings.email_acknowledgements")}
          hint={t("hints.email_acknowledgements")}
          error={errorOf("email_acknowledgements")}
          value={given.email_acknowledgements}
          onChange={(value) => set({ email_acknowledgements: value as Acknowledged })}
          options={ACKNOWLEDGED.map((value) => ({ value, label: t(`acknowledged.${value}`) }))}
        />
        <Select
          label={t("settings.email_locale")}
          hint={t("hints.email_locale")}
          error={errorOf("email_locale")}
          value={given.email_locale}
          onChange={(email_locale) => set({ email_locale })}
          options={localesOf(templates, [...Object.keys(LANGUAGES), settings.email_locale]).map((value) => ({
            value,
            label: LANGUAGES[value] ?? value,
          }))}
        />
        {number("email_max_per_minute")}
        {number("email_batch_minutes")}
        <TextField
          label={t("settings.console_url")}
          hint={t("hints.console_url", { here: location.origin })}
          error={errorOf("console_url")}
          type="url"
          value={given.console_url}
          maxLength={500}
          onChange={(console_url) => set({ console_url })}
        />
        {number("email_reopen_days")}
        {number("email_tickets_per_sender")}
        {number("email_tickets_per_known_sender")}
        {number("email_tickets_per_domain")}
        {number("email_tickets_per_channel")}
      </div>
      {"email_reply_line" in settings && (
        <div>
          <Checkbox
            label={t("settings.email_reply_line")}
            isChecked={given.email_reply_line}
            onChange={(email_reply_line) => set({ email_reply_line })}
          />
          <p className="text-muted">{t("hints.email_reply_line")}</p>
        </div>
      )}
      <NotificationKinds
        value={given.email_notifications}
        error={errorOf("email_notifications")}
        onChange={(email_notifications) => set({ email_notifications })}
      />
      <FixedLimits />
      {problem && refused === null && <ErrorNote error={problem} />}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" isBusy={isBusy} isDisabled={!isChanged}>{t("save")}</Button>
        {Object.keys(touched).length > 0 && <Button onClick={undo}>{t("undo")}</Button>}
      </div>
    </form>
  );
}
