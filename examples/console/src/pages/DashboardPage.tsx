import { Link } from "@tanstack/react-router";
import { Hand } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button, ErrorNote, PageHeader } from "../components/Shared/index.ts";
import { DashboardList } from "../components/Views/DashboardList.tsx";
import { QueueNumbers } from "../components/Views/QueueNumbers.tsx";
import { useAuth } from "../contexts/AuthContext.tsx";
import { useWaitingProposals } from "../hooks/useProposals.ts";
import { useTakeNext } from "../components/Views/useTakeNext.ts";
import { BUILT_IN } from "../lib/queues.ts";

export default function DashboardPage() {
  const t = useTranslations("queue");
  const { me } = useAuth();
  const { takeNext, isBusy, problem } = useTakeNext();
  const proposals = useWaitingProposals();
  const waiting = proposals.data?.pages.flat().length ?? 0;
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-5 p-4 sm:p-6">
      <PageHeader
        title={t("hello", { name: me?.name ?? "" })}
        actions={
          <Button variant="primary" icon={Hand} isBusy={isBusy} aria-keyshortcuts="q" onClick={takeNext}>
            {t("takeNext")}
          </Button>
        }
      />
      {problem && <ErrorNote error={problem} />}
      {waiting > 0 && (
        <Link to="/proposals" className="rounded-lg bg-accent-soft px-4 py-2.5 font-medium text-accent hover:underline">
          {t("waitingProposals", { count: waiting })}
        </Link>
      )}
      <QueueNumbers />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <DashboardList title={t("waitingForMe")} query="assignee:me status:open" empty={t("nothingForMe")} />
        <DashboardList title={t("builtIn.unassigned")} query={BUILT_IN.unassigned} empty={t("nothingToTake")} />
        <DashboardList title={t("waitingForCustomer")} query="assignee:me status:pending" empty={t("nothingPending")} />
        <DashboardList title={t("builtIn.snoozed")} query="assignee:me is:snoozed" empty={t("nothingSnoozed")} />
      </div>
    </div>
  );
}
