import { useFormatter, useTranslations } from "use-intl";
import { useTicketFields } from "../../hooks/useTicketFields.ts";
import type { Ticket, TicketField } from "../../lib/models.ts";
import { labelOf } from "../../lib/requests.ts";

/** The values of the fields that a requester sees. */
export function RequestValues({ request }: { request: Ticket }) {
  const t = useTranslations("portal");
  const { data: fields = [] } = useTicketFields();
  const shown = fields.filter(({ key, audience }) => audience !== "staff_only" && key in request.custom_fields);
  if (shown.length === 0) return null;
  return (
    <dl aria-label={t("details")} className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-lg bg-sunken px-4 py-3">
      {shown.map((field) => (
        <div key={field.key} className="contents">
          <dt className="text-muted" dir="auto">{labelOf(field)}</dt>
          <dd className="min-w-0 wrap-anywhere whitespace-pre-wrap" dir="auto">
            <Value field={field} value={request.custom_fields[field.key]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ field, value }: { field: TicketField; value: unknown }) {
  const t = useTranslations("portal");
  const format = useFormatter();
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (field.type === "date") {
    return format.dateTime(new Date(`${value}T00:00:00Z`), { dateStyle: "long", timeZone: "UTC" });
  }
  const labels = new Map(field.options.map((option) => [option.value, option.label]));
  return [value].flat().map((one) => labels.get(String(one)) ?? String(one)).join(", ");
}
