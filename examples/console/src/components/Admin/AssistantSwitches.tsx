import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAssistantActions, useAssistantSettings } from "../../hooks/useAssistantSettings.ts";
import type { AssistantSettings } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Button, ErrorNote, Panel, Switch, TextArea, TextField } from "../Shared/index.ts";

const SWITCHES = ["is_enabled", "triage_new_tickets", "notes_in_context", "internal_articles_in_context"] as const;
const LIMITS = ["daily_tokens_project", "daily_tokens_team", "daily_tokens_person"] as const;

/** What the assistant does by itself, what it may read, how it writes, and what it may cost. */
export function AssistantSwitches() {
  return <Loaded query={useAssistantSettings()}>{(settings) => <Form settings={settings} />}</Loaded>;
}

function Form({ settings }: { settings: AssistantSettings }) {
  const t = useTranslations("admin");
  const { change } = useAssistantActions();
  const [texts, setTexts] = useState({
    tone: settings.tone,
    signature: settings.signature,
    reply_language: settings.reply_language ?? "",
    chat_model: settings.chat_model ?? "",
    daily_tokens_project: String(settings.daily_tokens_project ?? ""),
    daily_tokens_team: String(settings.daily_tokens_team ?? ""),
    daily_tokens_person: String(settings.daily_tokens_person ?? ""),
  });
  const wrong = LIMITS.filter((name) => texts[name].trim() !== "" && !/^\d+$/.test(texts[name].trim()));
  const limit = (name: typeof LIMITS[number]) => texts[name].trim() === "" ? null : Number(texts[name]);
  const save = () =>
    change.run({
      tone: texts.tone,
      signature: texts.signature,
      reply_language: texts.reply_language.trim() || null,
      chat_model: texts.chat_model.trim() || null,
      daily_tokens_project: limit("daily_tokens_project"),
      daily_tokens_team: limit("daily_tokens_team"),
      daily_tokens_person: limit("daily_tokens_person"),
    });
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Panel title={t("assistantDoes")}>
        <div className="flex flex-col gap-3 p-4">
          {SWITCHES.map((name) => (
            <Switch
              key={name}
              label={t(`switches.${name}`)}
              isOn={settings[name]}
              onChange={(isOn) => change.run({ [name]: isOn })}
            />
          ))}
        </div>
      </Panel>
      <Panel title={t("assistantWrites")}>
        <div className="flex flex-col gap-3 p-4">
          <TextArea label={t("tone")} rows={2} value={texts.tone} onChange={(tone) => setTexts({ ...texts, tone })} />
          <TextArea
            label={t("signature")}
            rows={2}
            value={texts.signature}
            onChange={(signature) => setTexts({ ...texts, signature })}
          />
          <TextField
            label={t("replyLanguage")}
            hint={t("replyLanguageHint")}
            value={texts.reply_language}
            onChange={(reply_language) => setTexts({ ...texts, reply_language })}
          />
          <TextField
            label={t("chatModel")}
            hint={t("chatModelHint")}
            value={texts.chat_model}
            onChange={(chat_model) => setTexts({ ...texts, chat_model })}
          />
          {LIMITS.map((name) => (
            <TextField
              key={name}
              label={t(`limits.${name}`)}
              hint={t("limitHint")}
              error={wrong.includes(name) ? t("limitWrong") : undefined}
              value={texts[name]}
              onChange={(value) => setTexts({ ...texts, [name]: value })}
            />
          ))}
          {change.problem && <ErrorNote error={change.problem} />}
          <div>
            <Button variant="primary" isBusy={change.isBusy} isDisabled={wrong.length > 0} onClick={save}>
              {t("save")}
            </Button>
          </div>
        </div>
      </Panel>
    </div>
  );
}
