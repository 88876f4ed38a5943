import { useTranslations } from "use-intl";
import type { HelpdeskError } from "../../lib/errors.ts";
import { ErrorNote } from "../Shared/index.ts";

/** Why a sign-in, sign-up or link failed, and what to do. */
export function AuthProblem({ problem }: { problem: HelpdeskError | null }) {
  const t = useTranslations("auth");
  if (!problem) return null;
  const code = reasonOf(problem);
  if (!t.has(`problems.${code}` as "problems.user_banned")) return <ErrorNote error={problem} />;
  return (
    <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
      {t(`problems.${code}` as "problems.user_banned")}
    </p>
  );
}

function reasonOf({ code, status, message }: HelpdeskError): string {
  if (status === 0 && !code) return "no_answer";
  if (status === 401 && /api key/i.test(message)) return "wrong_key";
  return code;
}
