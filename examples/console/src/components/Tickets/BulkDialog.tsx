import { useState } from "react";
import { useTranslations } from "use-intl";
import { useBulkChange } from "../../hooks/useBulkChange.ts";
import { useStaff } from "../../hooks/usePeople.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import type { BulkChange } from "../../lib/bulkPlan.ts";
import type { ListedTicket } from "../../lib/models.ts";
import { Button, Combobox, Dialog, ErrorNote, type Option, Select, TextArea, TextField } from "../Shared/index.ts";
import { BulkPlan } from "./BulkPlan.tsx";

const KINDS = ["status", "priority", "assignee", "team", "tag", "untag", "reply"] as const;
export type BulkKind = typeof KINDS[number];

type Props = { tickets: ListedTicket[]; kind: BulkKind; onClose(): void };

/** One change for many tickets: first what it would do, then what became of each. */
export function BulkDialog({ tickets, kind: given, onClose }: Props) {
  const t = useTranslations("queue");
  const [kind, setKind] = useState<BulkKind>(given);
  const [value, setValue] = useState("");
  const change = changeOf(kind, value);
  const bulk = useBulkChange(tickets, change);
  const many = bulk.plan.filter(({ outcome }) => outcome === "change").length;
  const footer = bulk.results
    ? (
      <>
        {bulk.failed.length > 0 && (
          <Button isBusy={bulk.isBusy} onClick={bulk.retry}>{t("retryFailed", { count: bulk.failed.length })}</Button>
        )}
        <Button variant="primary" onClick={onClose}>{t("done")}</Button>
      </>
    )
    : (
      <>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button variant="primary" isBusy={bulk.isBusy} isDisabled={!change || many === 0} onClick={bulk.run}>
          {t("changeMany", { count: many })}
        </Button>
      </>
    );
  return (
    <Dialog isOpen isWide onClose={onClose} title={t("bulkTitle", { count: tickets.length })} footer={footer}>
      <div className="flex flex-col gap-4">
        {!bulk.results && (
          <div className="grid gap-3 sm:grid-cols-2">
            <Select
              label={t("bulkKind")}
              value={kind}
              onChange={(next) => {
                setKind(next as BulkKind);
                setValue("");
              }}
              options={KINDS.map((one) => ({ value: one, label: t(`bulkKinds.${one}`) }))}
            />
            <ValueField kind={kind} value={value} onChange={setValue} />
          </div>
        )}
        {bulk.problem && <ErrorNote error={bulk.problem} />}
        <BulkPlan plan={bulk.plan} kind={kind} results={bulk.results} isEmpty={!change} />
      </div>
    </Dialog>
  );
}

const NOBODY = "nobody";

function changeOf(kind: BulkKind, value: string): BulkChange | null {
  const text = value.trim();
  if (text === "") return null;
  if (kind === "assignee") return { kind, value: text === NOBODY ? null : text };
  if (kind === "tag" || kind === "untag") return { kind, value: text.toLowerCase() };
  return { kind, value: kind === "reply" ? value : text } as BulkChange;
}

type ValueProps = { kind: BulkKind; value: string; onChange(value: string): void };

function ValueField({ kind, value, onChange }: ValueProps) {
  const t = useTranslations("queue");
  const choices = useChoices();
  const shared = { label: t("bulkValue"), value, onChange };
  if (kind === "reply") return <TextArea {...shared} label={t("bulkReply")} />;
  if (kind === "tag" || kind === "untag") return <TextField {...shared} maxLength={50} />;
  if (kind !== "assignee") return <Select {...shared} placeholder={t("choose")} options={choices[kind]} />;
  return (
    <Combobox
      {...shared}
      value={value || null}
      placeholder={t("choose")}
      onChange={(id) => onChange(id ?? "")}
      options={[{ value: NOBODY, label: t("nobody") }, ...choices.assignee]}
    />
  );
}

/** What can be chosen for each property that has a few values. */
function useChoices(): Record<"status" | "priority" | "team" | "assignee", Option[]> {
  const words = useTranslations("shared");
  const { data: staff = [] } = useStaff();
  const { data: teams = [] } = useTeams();
  const statuses = ["open", "pending", "resolved", "closed"] as const;
  const priorities = ["low", "medium", "high", "urgent"] as const;
  return {
    status: statuses.map((value) => ({ value, label: words(`statuses.${value}`) })),
    priority: priorities.map((value) => ({ value, label: words(`priorities.${value}`) })),
    team: teams.map(({ team_id, name }) => ({ value: team_id, label: name })),
    assignee: staff.map(({ user_id, name, email }) => ({ value: user_id, label: name || email || "?" })),
  };
}
