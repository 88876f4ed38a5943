import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import type { HelpdeskError } from "../../lib/errors.ts";
import { OLD_SCHEMA } from "../../lib/versions.ts";
import { Button } from "../Shared/index.ts";
import { SignInFrame } from "./SignInFrame.tsx";

type State = "oldSchema" | "deactivated" | "unconfirmed" | "notInstalled" | "wrongKey" | "noAnswer" | "failed";

/** PostgREST: no such function, table or schema. */
const MISSING = ["PGRST202", "PGRST205", "PGRST106", "42883", "42P01"];

/** Which page explains that a person has a session but no helpdesk. */
export function blockedState({ reason, code, status, message }: HelpdeskError): State {
  if (code === OLD_SCHEMA) return "oldSchema";
  if (reason === "inactive_user") return "deactivated";
  if (reason === "no_profile") return "unconfirmed";
  if (MISSING.includes(code) || (status === 404 && !code)) return "notInstalled";
  if (status === 401 && /api key/i.test(message)) return "wrongKey";
  if (status === 0 || status >= 502) return "noAnswer";
  return "failed";
}

/** The page of a person who is signed in and cannot use the helpdesk: why, and what to do. */
export default function Blocked() {
  const t = useTranslations("auth");
  const { problem, signOut } = useAuth();
  if (!problem) return null;
  const state = blockedState(problem);
  return (
    <SignInFrame title={t(`blocked.${state}.title`)} intro={t(`blocked.${state}.text`)}>
      {state === "failed" && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 break-words">{problem.message} {problem.hint}</p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" onClick={() => location.reload()}>{t("tryAgain")}</Button>
        <Button onClick={signOut}>{t("signOut")}</Button>
      </div>
    </SignInFrame>
  );
}
