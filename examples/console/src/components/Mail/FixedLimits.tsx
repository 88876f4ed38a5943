import { useFormatter, useTranslations } from "use-intl";
import { FIXED_LIMITS } from "../../lib/mailSettings.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";

const NAMES = Object.keys(FIXED_LIMITS) as (keyof typeof FIXED_LIMITS)[];

/** The limits that nobody sets: programs that answer each other stop at them. */
export function FixedLimits() {
  const t = useTranslations("automatic");
  const format = useFormatter();
  return (
    <details>
      <summary className="min-h-[24px] cursor-pointer font-medium">{t("limits")}</summary>
      <p className="my-2 max-w-prose text-muted">{t("limitsText")}</p>
      <Rows isOnlyText label={t("limits")} heads={[t("limit"), t("toRequesters"), t("toStaff")]}>
        {NAMES.map((name) => (
          <Row key={name}>
            <Cell>{t(`limitNames.${name}`)}</Cell>
            {FIXED_LIMITS[name].map((most, at) => (
              <Cell key={at}>{most === null ? t("noLimit") : format.number(most)}</Cell>
            ))}
          </Row>
        ))}
      </Rows>
    </details>
  );
}
