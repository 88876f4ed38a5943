import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { REQUEST_STATES, type RequestState } from "../../lib/requests.ts";

const LINK = "rounded-full border border-line px-3 py-1 text-muted hover:bg-hover data-[chosen=true]:border-accent " +
  "data-[chosen=true]:bg-accent-soft data-[chosen=true]:font-medium data-[chosen=true]:text-accent";

/** Which requests are listed; the choice is in the address. */
export function StateFilter({ chosen }: { chosen: RequestState | null }) {
  const t = useTranslations("portal");
  return (
    <nav aria-label={t("filter")} className="flex flex-wrap gap-2">
      {[null, ...REQUEST_STATES].map((state) => (
        <Link
          key={state ?? "all"}
          to="/requests"
          search={(state ? { state } : {}) as never}
          activeOptions={{ exact: true, includeSearch: true }}
          data-chosen={state === chosen}
          className={LINK}
        >
          {state ? t(`states.${state}`) : t("all")}
        </Link>
      ))}
    </nav>
  );
}
