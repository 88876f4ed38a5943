import { Lock } from "lucide-react";
import { useTranslations } from "use-intl";
import type { TicketEdit } from "../../hooks/useTicketEdit.ts";
import { useTicketFields } from "../../hooks/useTicketFields.ts";
import { fieldsOf } from "../../lib/fieldValues.ts";
import type { TicketDetails } from "../../lib/models.ts";
import { FieldControl } from "./FieldControl.tsx";
import { PropertyRow } from "./PropertyRow.tsx";

type Props = { ticket: TicketDetails; edit: TicketEdit };

/** The custom fields of the ticket's team. */
export function Fields({ ticket, edit }: Props) {
  const t = useTranslations("ticket");
  const { data: fields = [] } = useTicketFields();
  return fieldsOf(fields, ticket).map((field) => (
    <PropertyRow key={field.key} name={`field-${field.key}`} label={field.label}>
      <FieldControl
        field={field}
        value={ticket.custom_fields[field.key] ?? null}
        onChange={(value) =>
          void edit.edit({ custom_fields: { [field.key]: value } })}
      />
      {field.audience === "staff_only" && (
        <span className="mt-0.5 flex items-center gap-1 text-xs text-subtle">
          <Lock aria-hidden size={11} />
          {t("staffOnly")}
        </span>
      )}
    </PropertyRow>
  ));
}
