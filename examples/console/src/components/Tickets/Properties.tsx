import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useStaff } from "../../hooks/usePeople.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { useTransitions } from "../../hooks/useTicket.ts";
import type { TicketEdit } from "../../hooks/useTicketEdit.ts";
import { type Priority, STATUSES, type TicketDetails } from "../../lib/models.ts";
import { Combobox, ConfirmDialog, ErrorNote, Select } from "../Shared/index.ts";
import { Fields } from "./Fields.tsx";
import { PropertyRow } from "./PropertyRow.tsx";
import { Snooze } from "./Snooze.tsx";
import { Tags } from "./Tags.tsx";

const PRIORITIES: Priority[] = ["low", "medium", "high", "urgent"];

type Props = { ticket: TicketDetails; edit: TicketEdit };

/** Who has the ticket, in which state, with which values. Each change is shown at once and sent with the revision. */
export function Properties({ ticket, edit }: Props) {
  const t = useTranslations("ticket");
  const shared = useTranslations("shared");
  const isMerged = ticket.merged_into !== null;
  return (
    <div className="flex flex-col gap-1.5">
      {edit.problem && <ErrorNote error={edit.problem} onRetry={edit.dismissProblem} />}
      <StatusRow ticket={ticket} edit={edit} isDisabled={isMerged} />
      <PropertyRow name="priority" label={t("priority")}>
        <Select
          label={t("priority")}
          isLabelHidden
          value={ticket.priority}
          options={PRIORITIES.map((value) => ({ value, label: shared(`priorities.${value}`) }))}
          onChange={(priority) => void edit.edit({ priority })}
        />
      </PropertyRow>
      <AssigneeRow ticket={ticket} edit={edit} />
      <TeamRow ticket={ticket} edit={edit} />
      <PropertyRow name="tags" label={t("tags")}>
        <Tags ticket={ticket} />
      </PropertyRow>
      <PropertyRow name="snooze" label={t("snooze")}>
        <Snooze until={ticket.snoozed_until} onChange={(until) => void edit.edit({ snoozed_until: until })} />
      </PropertyRow>
      <Fields ticket={ticket} edit={edit} />
    </div>
  );
}

function StatusRow({ ticket, edit, isDisabled }: Props & { isDisabled: boolean }) {
  const t = useTranslations("ticket");
  const shared = useTranslations("shared");
  const { me } = useAuth();
  const { data: transitions = [] } = useTransitions();
  const reachable = transitions.filter(({ role, from_status }) => role === me?.role && from_status === ticket.status);
  const statuses = STATUSES.filter((status) =>
    status === ticket.status || reachable.some(({ to_status }) => to_status === status)
  );
  return (
    <PropertyRow name="status" label={t("status")}>
      <Select
        label={t("status")}
        isLabelHidden
        value={ticket.status}
        isDisabled={isDisabled}
        options={statuses.map((value) => ({ value, label: shared(`statuses.${value}`) }))}
        onChange={(status) => void edit.edit({ status })}
      />
    </PropertyRow>
  );
}

const NOBODY = "nobody";

function AssigneeRow({ ticket, edit }: Props) {
  const t = useTranslations("ticket");
  const { me } = useAuth();
  const { data: staff = [] } = useStaff();
  const people = ticket.assignee && !staff.some(({ user_id }) => user_id === ticket.assigned_to)
    ? [ticket.assignee, ...staff]
    : staff;
  const options = people.map(({ user_id, name, email }) => ({ value: user_id, label: name || email || user_id }));
  const assign = (id: string | null) => {
    const chosen = id === NOBODY || id === null ? null : id;
    if (chosen === ticket.assigned_to) return;
    const assignee = people.find(({ user_id }) => user_id === chosen) ?? null;
    void edit.edit({ assigned_to: chosen }, { assignee });
  };
  return (
    <PropertyRow name="assignee" label={t("assignee")}>
      <Combobox
        label={t("assignee")}
        isLabelHidden
        value={ticket.assigned_to ?? NOBODY}
        options={[{ value: NOBODY, label: t("nobody") }, ...options]}
        onChange={assign}
      />
      {ticket.assigned_to !== me?.user_id && me && (
        <button
          type="button"
          className="mt-1 min-h-[24px] text-xs font-medium text-accent hover:underline"
          onClick={() => void edit.edit({ assigned_to: me.user_id }, { assignee: me })}
        >
          {t("assignToMe")}
        </button>
      )}
    </PropertyRow>
  );
}

function TeamRow({ ticket, edit }: Props) {
  const t = useTranslations("ticket");
  const { teams: mine, can } = useAuth();
  const { data: teams = [] } = useTeams();
  const [asked, setAsked] = useState<string | null>(null);
  const nameOf = (id: string | null) => teams.find(({ team_id }) => team_id === id)?.name ?? "";
  const move = (teamId: string) => {
    const team = teams.find(({ team_id }) => team_id === teamId) ?? null;
    return edit.edit({ team_id: teamId }, { team, assigned_to: null, assignee: null });
  };
  // Who is not in the other team may see the ticket no more: a question first.
  const choose = (teamId: string) => {
    const stays = can("administer") || mine.some(({ team_id }) => team_id === teamId);
    if (stays) void move(teamId);
    else setAsked(teamId);
  };
  return (
    <PropertyRow name="team" label={t("team")}>
      <Select
        label={t("team")}
        isLabelHidden
        value={ticket.team_id}
        options={teams.map(({ team_id, name }) => ({ value: team_id, label: name }))}
        placeholder={ticket.team?.name}
        onChange={choose}
      />
      <ConfirmDialog
        title={t("transferTitle", { team: nameOf(asked) })}
        text={t("transferHint")}
        confirmLabel={t("transferConfirm")}
        isOpen={asked !== null}
        onConfirm={async () => {
          await move(asked!);
          setAsked(null);
        }}
        onClose={() => setAsked(null)}
      />
    </PropertyRow>
  );
}
