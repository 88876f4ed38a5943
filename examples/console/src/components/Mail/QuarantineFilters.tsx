import { useState } from "react";
import { useTranslations } from "use-intl";
import { QUARANTINE_REASONS, type QuarantineFilter, quarantineFilter } from "../../lib/quarantine.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { Select, TextField } from "../Shared/index.ts";

type Props = { filter: QuarantineFilter; onFilter(filter: QuarantineFilter): void };

/** Which of the mails in quarantine are shown: by what they wait for, by sender, by team. */
export function QuarantineFilters({ filter, onFilter }: Props) {
  const t = useTranslations("mail");
  const { data: teams = [] } = useTeams();
  const change = (given: Record<string, unknown>) => onFilter(quarantineFilter({ ...filter, ...given }));
  return (
    <div role="search" aria-label={t("filter.label")} className="grid gap-3 sm:grid-cols-3">
      <Select
        label={t("filter.reason")}
        value={filter.reason ?? ""}
        onChange={(reason) => change({ reason })}
        options={[
          { value: "", label: t("filter.anyReason") },
          ...QUARANTINE_REASONS.map((value) => ({ value, label: t(`waitsFor.${value}`) })),
        ]}
      />
      <SenderField value={filter.sender ?? ""} onChange={(sender) => change({ sender })} />
      {teams.length > 1 && (
        <Select
          label={t("filter.team")}
          value={filter.team ?? ""}
          onChange={(team) => change({ team })}
          options={[
            { value: "", label: t("filter.allTeams") },
            ...teams.map(({ team_id, name }) => ({ value: team_id, label: name })),
          ]}
        />
      )}
    </div>
  );
}

/** Taken over with Enter, and when the focus leaves: half an address is nobody's. */
function SenderField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const t = useTranslations("mail");
  const [text, setText] = useState(value);
  const [before, setBefore] = useState(value);
  if (before !== value) {
    setBefore(value);
    setText(value);
  }
  const take = () => text.trim() !== value && onChange(text);
  return (
    <TextField
      label={t("filter.sender")}
      placeholder={t("filter.senderHint")}
      value={text}
      maxLength={254}
      onChange={setText}
      onBlur={take}
      onKeyDown={({ key }) => key === "Enter" && take()}
    />
  );
}
