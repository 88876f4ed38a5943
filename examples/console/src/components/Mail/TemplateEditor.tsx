import { useState } from "react";
import { useTranslations } from "use-intl";
import { useTemplateActions } from "../../hooks/useMailTexts.ts";
import { type MailPreview, type MailTemplate, PLACEHOLDERS, type TemplateKind } from "../../lib/mailTexts.ts";
import { Badge, Button, ErrorNote, Panel, TextArea, TextField, useToast } from "../Shared/index.ts";

type Props = { kind: TemplateKind; locale: string; template?: MailTemplate };

/** One template: its subject and text, the names that it may use, and how it would look. */
export function TemplateEditor({ kind, locale, template }: Props) {
  const t = useTranslations("channels");
  const { toast } = useToast();
  const { save, reset, preview } = useTemplateActions();
  const stored = { subject: template?.subject ?? "", text: template?.text ?? "", html: template?.html ?? "" };
  const [given, setGiven] = useState(stored);
  const [shown, setShown] = useState<MailPreview | null>(null);
  const draft = { kind, locale, subject: given.subject, text: given.text, html: given.html.trim() ? given.html : null };
  const isEmpty = given.subject.trim() === "" || given.text.trim() === "";
  const forget = () => [save, reset, preview].forEach((action) => action.reset());
  const store = async () => {
    forget();
    if (await save.run(draft)) toast({ kind: "success", title: t("templateSaved") });
  };
  const look = async () => {
    forget();
    const made = await preview.run(draft);
    setShown(made ? made.value : null);
  };
  const back = async () => {
    forget();
    if (await reset.run({ kind, locale })) toast({ kind: "success", title: t("templateReset") });
  };
  const problem = save.problem ?? reset.problem ?? preview.problem;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-3">
        <p>{template?.is_custom ? <Badge tone="accent">{t("custom")}</Badge> : <Badge>{t("builtIn")}</Badge>}</p>
        {problem && <ErrorNote error={problem} />}
        <TextField
          label={t("templateSubject")}
          value={given.subject}
          maxLength={300}
          onChange={(subject) => setGiven({ ...given, subject })}
        />
        <TextArea
          label={t("templateText")}
          rows={12}
          value={given.text}
          maxLength={20_000}
          onChange={(text) => setGiven({ ...given, text })}
        />
        <TextArea
          label={t("templateHtml")}
          hint={t("templateHtmlHint")}
          rows={3}
          value={given.html}
          maxLength={50_000}
          onChange={(html) => setGiven({ ...given, html })}
        />
        <div className="flex flex-wrap gap-2">
          <Button isBusy={preview.isBusy} isDisabled={isEmpty} onClick={look}>{t("preview")}</Button>
          <Button variant="primary" isBusy={save.isBusy} isDisabled={isEmpty} onClick={store}>{t("save")}</Button>
          {template?.is_custom && <Button variant="ghost" isBusy={reset.isBusy} onClick={back}>{t("toBuiltIn")}
          </Button>}
        </div>
        <details>
          <summary className="min-h-[24px] cursor-pointer font-medium">{t("placeholders")}</summary>
          <dl className="mt-2 grid gap-x-4 gap-y-1 sm:grid-cols-[max-content_1fr]">
            {PLACEHOLDERS.map((name) => (
              <div key={name} className="contents">
                <dt>
                  <code dir="ltr">{`{{${name}}}`}</code>
                </dt>
                <dd className="mb-1 text-muted">{t(`placeholderTexts.${name.replace(".", "_") as "problem"}`)}</dd>
              </div>
            ))}
          </dl>
        </details>
      </div>
      {shown && <Preview mail={shown} />}
    </div>
  );
}

/** A mail as its recipient would read it. Its HTML is shown as it is written: this page runs none. */
function Preview({ mail }: { mail: MailPreview }) {
  const t = useTranslations("channels");
  return (
    <Panel title={t("preview")}>
      <div className="flex flex-col gap-3 p-4">
        <p className="font-semibold break-words" dir="auto">{mail.subject}</p>
        <p className="break-words whitespace-pre-wrap" dir="auto">{mail.text}</p>
        <details>
          <summary className="min-h-[24px] cursor-pointer font-medium">{t("previewHtml")}</summary>
          <pre
            dir="ltr"
            tabIndex={0}
            className="mt-2 max-h-80 overflow-auto rounded bg-sunken p-2 break-all whitespace-pre-wrap"
          >
            {mail.html}
          </pre>
        </details>
      </div>
    </Panel>
  );
}
