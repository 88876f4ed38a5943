import { useFormatter, useTranslations } from "use-intl";
import { useStaff } from "../../hooks/usePeople.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import type { TicketEdit } from "../../hooks/useTicketEdit.ts";
import { useTicketFields } from "../../hooks/useTicketFields.ts";
import { type Conflict, splitField } from "../../lib/conflict.ts";
import { editableValue } from "../../lib/fieldValues.ts";
import type { Priority, Status } from "../../lib/models.ts";
import { lastChange, type TimelineEntry } from "../../lib/timeline.ts";
import { Button } from "../Shared/index.ts";
import { focusProperty } from "./PropertyRow.tsx";

const PROPERTIES: Record<string, string> = { assigned_to: "assignee", team_id: "team", snoozed_until: "snooze" };

type Props = { edit: TicketEdit; entries: TimelineEntry[] };

/** Somebody changed the same field meanwhile: who, to what, and the choice between both values. */
export function Conflicts({ edit, entries }: Props) {
  const t = useTranslations("ticket");
  const format = useFormatter();
  const words = useWords();
  const settle = (choice: "mine" | "theirs", conflict: Conflict) => {
    edit.settle(choice, [conflict]);
    // The buttons go: the focus goes on where the value is.
    focusProperty(PROPERTIES[conflict.field] ?? conflict.field.replace("custom_fields.", "field-"), false);
  };
  const ago = (at: string) => {
    const now = new Date(), then = new Date(at);
    return now.getTime() - then.getTime() < 60_000 ? t("momentAgo") : format.relativeTime(then, now);
  };
  return edit.conflicts.map((conflict) => {
    const { field, mine, theirs } = conflict;
    const change = lastChange(entries, field);
    const said = { field: words.name(field), theirs: words.value(field, theirs) };
    return (
      <div
        key={field}
        role="alertdialog"
        aria-label={said.field}
        className="flex flex-col gap-2 rounded-md bg-warning-soft px-3 py-2"
      >
        <p dir="auto">
          {change ? t("conflict", { ...said, name: change.by, time: ago(change.at) }) : t("conflictNoName", said)}{" "}
          {t("yours", { mine: words.value(field, mine) })}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button size="small" onClick={() => settle("theirs", conflict)}>
            {t("keepTheirs", { value: said.theirs })}
          </Button>
          <Button size="small" variant="primary" onClick={() => settle("mine", conflict)}>
            {t("setMine", { value: words.value(field, mine) })}
          </Button>
        </div>
      </div>
    );
  });
}

/** Names of fields and values as people read them. */
function useWords() {
  const t = useTranslations("ticket");
  const shared = useTranslations("shared");
  const format = useFormatter();
  const { data: staff } = useStaff();
  const { data: teams } = useTeams();
  const { data: fields } = useTicketFields();
  const NAMES: Record<Conflict["field"], string> = {
    status: t("status"),
    priority: t("priority"),
    assigned_to: t("assignee"),
    team_id: t("team"),
    snoozed_until: t("snooze"),
    title: t("title"),
  };
  const field = (name: string) => fields?.find(({ key }) => key === splitField(name)[1]);
  return {
    name: (name: string) => field(name)?.label ?? NAMES[name] ?? name,
    value(name: string, value: unknown): string {
      if (value === null || value === undefined) return name === "assigned_to" ? t("nobody") : t("noValue");
      if (name === "status") return shared(`statuses.${value as Status}`);
      if (name === "priority") return shared(`priorities.${value as Priority}`);
      if (name === "assigned_to") return staff?.find(({ user_id }) => user_id === value)?.name ?? t("somebody");
      if (name === "team_id") return teams?.find(({ team_id }) => team_id === value)?.name ?? "";
      if (name === "snoozed_until") {
        return format.dateTime(new Date(String(value)), { dateStyle: "medium", timeStyle: "short" });
      }
      if (typeof value === "boolean") return t(value ? "yes" : "no");
      const options = field(name)?.options ?? [];
      const labels = [value].flat().map((one) => options.find((option) => option.value === one)?.label ?? String(one));
      return options.length > 0 ? format.list(labels) : editableValue(value);
    },
  };
}
