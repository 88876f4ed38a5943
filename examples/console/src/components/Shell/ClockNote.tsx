import { useFormatter, useTranslations } from "use-intl";
import { inLargestUnit } from "../../lib/durations.ts";

/** Says that this device's clock is wrong, by so many milliseconds. */
export default function ClockNote({ error }: { error: number }) {
  const t = useTranslations("shell");
  const format = useFormatter();
  const { value, unit } = inLargestUnit(error);
  const duration = format.number(value, { style: "unit", unit, unitDisplay: "long" });
  return <p className="bg-warning-soft px-4 py-1.5 text-center text-warning">{t("wrongClock", { duration })}</p>;
}
