import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useLive } from "../../contexts/LiveContext.tsx";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { useHostNews } from "../../hooks/useHostNews.ts";

const ClockNote = lazy(() => import("./ClockNote.tsx"));

/** Above the page: no connection, a wrong clock, or a newer build of the console. */
export function Banners() {
  const t = useTranslations("shell");
  const { isNew, clockError } = useHostNews();
  const { isSchemaNewer, can } = useAuth();
  const isStaff = can("work");
  // A connection that is back at once was none of anybody's business.
  const state = useDebounced(useLive().state, 2000);
  return (
    <div role="status">
      {state === "offline" && <p className="bg-warning-soft px-4 py-1.5 text-center text-warning">{t("offline")}</p>}
      {clockError !== 0 && (
        <Suspense>
          <ClockNote error={clockError} />
        </Suspense>
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
