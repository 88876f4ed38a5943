import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAssistantActions, usePrompts } from "../../hooks/useAssistantSettings.ts";
import type { Prompt } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Badge, Button, ErrorNote, Panel, Select, TextArea, TextField, Time } from "../Shared/index.ts";
import { PromptTrial } from "./PromptTrial.tsx";

const TASKS = ["reply", "summary", "next_steps", "classification", "article"] as const;
type Task = typeof TASKS[number];

/** The assistant's instructions: versions that never change, of which one a task is active. */
export function Prompts() {
  const t = useTranslations("admin");
  const [task, setTask] = useState<Task>("reply");
  return (
    <Panel title={t("prompts")}>
      <div className="flex flex-col gap-4 p-4">
        <Select
          label={t("task")}
          value={task}
          onChange={(value) => setTask(value as Task)}
          options={TASKS.map((value) => ({ value, label: t(`tasks.${value}`) }))}
        />
        <Loaded query={usePrompts()}>
          {(prompts) => {
            const versions = prompts.filter((prompt) => prompt.task === task);
            return <Bench key={task} task={task} versions={versions} />;
          }}
        </Loaded>
      </div>
    </Panel>
  );
}

function Bench({ task, versions }: { task: Task; versions: Prompt[] }) {
  const t = useTranslations("admin");
  const { createPrompt, activatePrompt } = useAssistantActions();
  const active = versions.find((prompt) => prompt.is_active) ?? versions[0];
  const [body, setBody] = useState(active?.body ?? "");
  const [note, setNote] = useState("");
  const [tried, setTried] = useState<Prompt | null>(null);
  const problem = createPrompt.problem ?? activatePrompt.problem;
  const save = async () => {
    if (await createPrompt.run({ task, body, note })) setNote("");
  };
  return (
    <>
      <TextArea label={t("promptBody")} hint={t("promptHint")} rows={8} value={body} onChange={setBody} />
      <div className="flex flex-wrap items-end gap-3">
        <TextField label={t("promptNote")} value={note} onChange={setNote} />
        <Button isBusy={createPrompt.isBusy} isDisabled={!body.trim() || body === active?.body} onClick={save}>
          {t("savePrompt")}
        </Button>
      </div>
      {problem && <ErrorNote error={problem} />}
      <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
        {versions.map((prompt) => (
          <li key={prompt.prompt_id} className="flex flex-wrap items-center gap-3 px-3 py-2">
            <span className="font-medium">{t("version", { version: prompt.version })}</span>
            {prompt.is_active && <Badge tone="success">{t("active")}</Badge>}
            <span className="min-w-0 flex-1 truncate text-muted" dir="auto">{prompt.note}</span>
            <Time at={prompt.created_at} />
            <Button size="small" variant="ghost" onClick={() => setBody(prompt.body)}>{t("show")}</Button>
            {task !== "classification" && (
              <Button size="small" variant="ghost" onClick={() => setTried(prompt)}>{t("try")}</Button>
            )}
            {!prompt.is_active && (
              <Button
                size="small"
                isBusy={activatePrompt.isBusy}
                onClick={() => activatePrompt.run(prompt.prompt_id)}
              >
                {t("activate")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {tried && <PromptTrial prompt={tried} onClose={() => setTried(null)} />}
    </>
  );
}
