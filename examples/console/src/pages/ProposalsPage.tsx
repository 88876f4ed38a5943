import { useTranslations } from "use-intl";
import { PageHeader } from "../components/Shared/index.ts";
import { WaitingProposals } from "../components/Suggestions/WaitingProposals.tsx";

export default function ProposalsPage() {
  const t = useTranslations("assistant");
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4 p-6">
      <PageHeader title={t("waiting")} />
      <p className="text-muted">{t("waitingHint")}</p>
      <WaitingProposals />
    </div>
  );
}
