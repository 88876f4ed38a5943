import { useState } from "react";
import { useTranslations } from "use-intl";
import { useMailTemplates } from "../../hooks/useMailTexts.ts";
import { findTemplate, localesOf, TEMPLATE_KINDS, type TemplateKind } from "../../lib/mailTexts.ts";
import { LANGUAGES } from "../../lib/preferences.ts";
import { Select } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { TemplateEditor } from "./TemplateEditor.tsx";

/** The texts of mails that the helpdesk writes by itself: one for each kind and language. */
export function Templates() {
  const t = useTranslations("channels");
  const [kind, setKind] = useState<TemplateKind>("acknowledgement");
  const [locale, setLocale] = useState("en");
  return (
    <Loaded query={useMailTemplates()}>
      {(templates) => {
        const template = findTemplate(templates, kind, locale);
        return (
          <div className="flex flex-col gap-4">
            <div className="flex flex-wrap gap-3">
              <Select
                label={t("templateKind")}
                value={kind}
                onChange={(value) => setKind(value as TemplateKind)}
                options={TEMPLATE_KINDS.map((value) => ({ value, label: t(`templateKinds.${value}`) }))}
              />
              <Select
                label={t("templateLanguage")}
                value={locale}
                onChange={setLocale}
                options={localesOf(templates, Object.keys(LANGUAGES)).map((value) => ({
                  value,
                  label: LANGUAGES[value] ?? value,
                }))}
              />
            </div>
            <TemplateEditor
              key={`${kind} ${locale} ${template?.is_custom}`}
              kind={kind}
              locale={locale}
              template={template}
            />
          </div>
        );
      }}
    </Loaded>
  );
}
