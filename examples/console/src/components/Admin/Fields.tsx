import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFieldActions } from "../../hooks/useFields.ts";
import { useTicketFields } from "../../hooks/useTicketFields.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import type { TicketField } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Badge, Button, EmptyState, ErrorNote } from "../Shared/index.ts";
import { FieldDialog } from "./FieldDialog.tsx";
import { Cell, Row, Rows } from "./Rows.tsx";

/** Custom fields of tickets. */
export function Fields() {
  const t = useTranslations("admin");
  return (
    <Loaded query={useTicketFields()}>
      {(fields) =>
        fields.length === 0 ? <EmptyState title={t("noFields")} hint={t("noFieldsHint")} /> : (
          <Rows
            label={t("fields")}
            heads={[t("fieldLabel"), t("fieldType"), t("audience"), t("requiredFor"), t("teams"), ""]}
          >
            {fields.map((field) => <FieldRow key={field.key} field={field} />)}
          </Rows>
        )}
    </Loaded>
  );
}

function FieldRow({ field }: { field: TicketField }) {
  const t = useTranslations("admin");
  const teams = useTeams();
  const { change } = useFieldActions();
  const [isEditing, setEditing] = useState(false);
  const names = (field.teamIds ?? []).map((id) => teams.data?.find((team) => team.team_id === id)?.name ?? "…");
  return (
    <Row isDimmed={field.retired_at !== null}>
      <Cell>
        <span className="block font-medium" dir="auto">{field.label}</span>
        <code className="text-muted">{field.key}</code>
      </Cell>
      <Cell>
        {t(`types.${field.type as "text"}`)}
        {field.options.length > 0 && (
          <span className="block text-muted" dir="auto">
            {field.options.filter((option) => !option.retired_at).map((option) => option.label).join(", ")}
          </span>
        )}
      </Cell>
      <Cell>{t(`audiences.${field.audience as "staff_only"}`)}</Cell>
      <Cell>{t(`required.${field.required_for as "none"}`)}</Cell>
      <Cell>{field.for_all_teams ? t("allTeams") : names.join(", ")}</Cell>
      <Cell isEnd>
        {field.retired_at && <Badge tone="neutral">{t("retired")}</Badge>}
        <Button size="small" variant="ghost" onClick={() => setEditing(true)}>{t("edit")}</Button>
        <Button
          size="small"
          variant="ghost"
          isBusy={change.isBusy}
          onClick={() => change.run({ key: field.key, retired_at: field.retired_at ? null : "now" })}
        >
          {field.retired_at ? t("restore") : t("retire")}
        </Button>
        {change.problem && <ErrorNote error={change.problem} />}
        <FieldDialog isOpen={isEditing} field={field} onClose={() => setEditing(false)} />
      </Cell>
    </Row>
  );
}
