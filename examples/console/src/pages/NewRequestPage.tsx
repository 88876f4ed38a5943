import { useTranslations } from "use-intl";
import { NewRequestForm } from "../components/Portal/NewRequestForm.tsx";
import { PageHeader } from "../components/Shared/index.ts";

export default function NewRequestPage() {
  const t = useTranslations("portal");
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-5 p-4 sm:p-8">
      <PageHeader title={t("newRequest")} />
      <NewRequestForm />
    </div>
  );
}
