import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import type { HelpdeskError } from "../../lib/errors.ts";
import type { Run } from "../../lib/models.ts";
import type { RunProblem } from "../../lib/proposals.ts";
import { ErrorNote } from "../Shared/index.ts";

type WhyNoDraftProps = {
  why: RunProblem;
  run: Run | null;
  /** Why the question itself was refused. */
  problem: HelpdeskError | null;
  /** What the function says where the run does not. */
  sentence?: string;
  hasDraft: boolean;
};

/** Why there is no draft by a model, in words, and what there is instead. */
export function WhyNoDraft({ why, run, problem, sentence, hasDraft }: WhyNoDraftProps) {
  const t = useTranslations("assistant");
  if (problem?.reason === "assistant_off") return <p role="status" className="text-muted">{t("offHere")}</p>;
  if (problem) return <ErrorNote error={problem} />;
  if (!why) return null;
  const detail = run?.problem ?? sentence;
  const name = run?.reason ?? "run_failed";
  return (
    <div role="status" className="flex flex-col gap-1 text-muted">
      <p>
        <span
          className={why === "failed" || why === "refused" ? "font-medium text-warning" : "font-medium text-default"}
        >
          {t.has(`runReasons.${name}` as "runReasons.no_model")
            ? t(`runReasons.${name}` as "runReasons.no_model")
            : t("runReasons.run_failed")}
        </span>{" "}
        {hasDraft && run?.mode === "passages" && t("passagesInstead")}
        {why === "nothing_found" && (
          <Link to="/knowledge/gaps" className="font-medium text-accent hover:underline">{t("toGaps")}</Link>
        )}
      </p>
      {detail && (
        <details>
          <summary className="cursor-pointer">{t("details")}</summary>
          <p className="mt-1 break-words" dir="auto">{detail}</p>
        </details>
      )}
    </div>
  );
}
