import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { Quarantine } from "../components/Mail/Quarantine.tsx";
import { PageHeader } from "../components/Shared/index.ts";
import { TextsOf } from "../contexts/LanguageContext.tsx";
import { quarantineFilter } from "../lib/quarantine.ts";

export default function QuarantinePage() {
  return (
    <TextsOf role="mail">
      <Page />
    </TextsOf>
  );
}

function Page() {
  const t = useTranslations("mail");
  const navigate = useNavigate();
  const filter = quarantineFilter(useSearch({ strict: false }));
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4 p-4 sm:p-6">
      <PageHeader title={t("quarantine")} />
      <p className="text-muted">{t("quarantineHint")}</p>
      <Quarantine
        filter={filter}
        onFilter={(next) => void navigate({ to: "/quarantine", search: next as never, replace: true })}
      />
    </div>
  );
}
