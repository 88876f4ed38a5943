import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { REQUEST_STATES, type RequestState } from "../../lib/requests.ts";

const LINK = "rounded-full border border-line px-3 py-1 text-muted hover:bg-hover " +
  "aria-[current=true]:border-accent aria-[current=true]:bg-accent-soft aria-[current=true]:font-medium aria-[current=true]:text-accent";

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
          aria-current={state === chosen || undefined}
          className={LINK}
          activeProps={{ "aria-current": state === chosen || undefined }}
        >
          {state ? t(`states.${state}`) : t("all")}
        </Link>
      ))}
    </nav>
  );
}
