import { useState } from "react";
import { useTranslations } from "use-intl";
import { useMembers, useTeamActions, useTeams } from "../../hooks/useTeams.ts";
import { useStaff } from "../../hooks/usePeople.ts";
import type { Team } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Avatar, Badge, Button, ConfirmDialog, ErrorNote, Panel, Select } from "../Shared/index.ts";
import { TeamDialog } from "./TeamDialog.tsx";

/** Teams with their members. */
export function Teams() {
  return (
    <Loaded query={useTeams()}>
      {(teams) => (
        <div className="grid gap-4 lg:grid-cols-2">
          {teams.map((team) => <TeamPanel key={team.team_id} team={team} />)}
        </div>
      )}
    </Loaded>
  );
}

function TeamPanel({ team }: { team: Team }) {
  const t = useTranslations("admin");
  const { remove, setDefault } = useTeamActions();
  const [isEditing, setEditing] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const problem = remove.problem ?? setDefault.problem;
  return (
    <Panel title={team.name}>
      <div className="flex flex-col gap-3 p-4">
        <p className="flex flex-wrap items-center gap-2 text-muted" dir="auto">
          {team.is_default && <Badge tone="accent">{t("defaultTeam")}</Badge>}
          <Badge tone="neutral">{team.is_public ? t("publicTeam") : t("privateTeam")}</Badge>
          {team.description}
        </p>
        <Members teamId={team.team_id} />
        {problem && <ErrorNote error={problem} />}
        <div className="flex flex-wrap gap-2">
          <Button size="small" onClick={() => setEditing(true)}>{t("edit")}</Button>
          {!team.is_default && (
            <>
              <Button size="small" isBusy={setDefault.isBusy} onClick={() => setDefault.run(team.team_id)}>
                {t("makeDefault")}
              </Button>
              <Button size="small" variant="ghost" onClick={() => setAsking(true)}>{t("delete")}</Button>
            </>
          )}
        </div>
      </div>
      <TeamDialog isOpen={isEditing} team={team} onClose={() => setEditing(false)} />
      <ConfirmDialog
        isOpen={isAsking}
        title={t("deleteTeamTitle", { name: team.name })}
        text={t("deleteTeamText")}
        confirmLabel={t("delete")}
        isDangerous
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await remove.run(team.team_id);
          setAsking(false);
        }}
      />
    </Panel>
  );
}

function Members({ teamId }: { teamId: string }) {
  const t = useTranslations("admin");
  const members = useMembers(teamId);
  const staff = useStaff();
  const { addMember, removeMember } = useTeamActions();
  const problem = addMember.problem ?? removeMember.problem;
  const others = staff.data?.filter((person) => !members.data?.some((member) => member.user_id === person.user_id)) ??
    [];
  return (
    <Loaded query={members} lines={1}>
      {(people) => (
        <div className="flex flex-col gap-2">
          {problem && <ErrorNote error={problem} />}
          <ul className="flex flex-wrap gap-1.5" aria-label={t("members")}>
            {people.length === 0 && <li className="text-muted">{t("noMembers")}</li>}
            {people.map((person) => (
              <li key={person.user_id} className="flex items-center gap-1.5 rounded-full bg-sunken py-0.5 ps-0.5 pe-1">
                <Avatar name={person.name || person.email || "?"} size="small" />
                <span dir="auto">{person.name || person.email}</span>
                <button
                  type="button"
                  className="grid size-6 place-items-center rounded-full text-muted hover:bg-hover hover:text-default"
                  aria-label={t("removeMember", { name: person.name || person.email || "?" })}
                  onClick={() =>
                    removeMember.run({ teamId, userId: person.user_id })}
                >
                  ×
                </button>
              </li>
            ))}
          </ul>
          {others.length > 0 && (
            <Select
              label={t("addMember")}
              isLabelHidden
              value=""
              placeholder={t("addMember")}
              onChange={(userId) => userId && addMember.run({ teamId, userId })}
              options={others.map((person) => ({ value: person.user_id, label: person.name || person.email || "?" }))}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}
