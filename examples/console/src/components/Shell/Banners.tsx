import { useFormatter, useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useLive } from "../../contexts/LiveContext.tsx";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { useHostNews } from "../../hooks/useHostNews.ts";
import { inLargestUnit } from "../../lib/durations.ts";

/** Above the page: no connection, a wrong clock, or a newer build of the console. */
export function Banners() {
  const t = useTranslations("shell");
  const format = useFormatter();
  const { isNew, clockError } = useHostNews();
  const { isSchemaNewer, can } = useAuth();
  const isStaff = can("work");
  // A connection that is back at once was none of anybody's business.
  const state = useDebounced(useLive().state, 2000);
  const durationIn = (milliseconds: number) => {
    const { value, unit } = inLargestUnit(milliseconds);
    return format.number(value, { style: "unit", unit, unitDisplay: "long" });
  };
  return (
    <div role="status">
      {state === "offline" && <p className="bg-warning-soft px-4 py-1.5 text-center text-warning">{t("offline")}</p>}
      {clockError !== 0 && (
        <p className="bg-warning-soft px-4 py-1.5 text-center text-warning">
          {t("wrongClock", { duration: durationIn(clockError) })}
        </p>
      )}
      {isStaff && isSchemaNewer && (
        <p className="bg-warning-soft px-4 py-1.5 text-center text-warning">{t("newerSchema")}</p>
      )}
      {isNew && (
        <p className="bg-accent-soft px-4 py-1.5 text-center text-accent">
          {t("newVersion")}{" "}
          <button type="button" className="font-medium underline" onClick={() => location.reload()}>
            {t("reload")}
          </button>
        </p>
      )}
    </div>
  );
}
