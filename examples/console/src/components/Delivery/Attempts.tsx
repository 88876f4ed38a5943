import { useFormatter, useTranslations } from "use-intl";
import { useAttempts } from "../../hooks/useDeliveries.ts";
import type { Delivery } from "../../lib/deliveries.ts";
import { Time } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** Each attempt at a delivery: when, how long, and what came back. The answer is text, whatever it says it is. */
export function Attempts({ delivery }: { delivery: Delivery }) {
  const t = useTranslations("deliveries");
  const format = useFormatter();
  const attempts = useAttempts(delivery.delivery_id, `${delivery.state} ${delivery.attempts}`);
  return (
    <Loaded query={attempts} lines={1}>
      {(made) =>
        made.length === 0 ? <p className="text-muted">{t("noAttempts")}</p> : (
          <ol className="flex flex-col gap-3">
            {made.map(({ attempt_id, attempt, outcome, status, milliseconds, problem, answer, created_at }) => (
              <li key={attempt_id} className="flex flex-col gap-1">
                <p>
                  <span className="font-medium">
                    {t("attempt", { number: attempt, outcome: t(`outcomes.${outcome}`) })}
                  </span>
                  {" · "}
                  <Time at={created_at} />
                  {status !== null && ` · ${t("status", { status })}`}
                  {milliseconds !== null && ` · ${format.number(milliseconds)} ms`}
                </p>
                {problem && <p className="text-muted" dir="auto">{problem}</p>}
                {answer && (
                  <pre
                    dir="auto"
                    className="max-h-40 overflow-auto rounded bg-surface p-2 break-all whitespace-pre-wrap"
                    tabIndex={0}
                  >
                    {answer}
                  </pre>
                )}
              </li>
            ))}
          </ol>
        )}
    </Loaded>
  );
}
