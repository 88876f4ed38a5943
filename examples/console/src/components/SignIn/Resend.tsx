import { useState } from "react";
import { useTranslations } from "use-intl";
import { useResendConfirmation } from "../../hooks/useSignIn.ts";
import { Button } from "../Shared/index.ts";
import { AuthProblem } from "./AuthProblem.tsx";

/** Sends the mail that asks to confirm an address again. */
export function Resend({ email }: { email: string }) {
  const t = useTranslations("auth");
  const { run, isBusy, problem } = useResendConfirmation();
  const [isSent, setSent] = useState(false);
  return (
    <>
      <AuthProblem problem={problem} />
      {isSent
        ? <p role="status">{t("sentAgain")}</p>
        : (
          <Button isBusy={isBusy} onClick={async () => setSent(await run(email.trim()) !== null)}>
            {t("sendAgain")}
          </Button>
        )}
    </>
  );
}
