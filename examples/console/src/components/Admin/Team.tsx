import { useTeams } from "../../hooks/useTeams.ts";
import { Select } from "../Shared/index.ts";

type SelectProps = {
  label: string;
  hint?: string;
  value: string | null;
  onChange(id: string | null): void;
  /** What no team means: all of them, or the default team. */
  none: string;
};

/** One of the teams, or none. */
export function TeamSelect({ label, hint, value, onChange, none }: SelectProps) {
  const { data: teams = [] } = useTeams();
  return (
    <Select
      label={label}
      hint={hint}
      value={value ?? ""}
      onChange={(id) => onChange(id || null)}
      options={[{ value: "", label: none }, ...teams.map(({ team_id, name }) => ({ value: team_id, label: name }))]}
    />
  );
}

/** The name of a team, or what no team means. */
export function TeamName({ id, none }: { id: string | null; none: string }) {
  const name = useTeams().data?.find(({ team_id }) => team_id === id)?.name;
  return <span dir="auto">{id === null ? none : name ?? "…"}</span>;
}
