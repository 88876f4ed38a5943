import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button, TextField } from "../components/Shared/index.ts";
import { AuthProblem } from "../components/SignIn/AuthProblem.tsx";
import { SignInFrame } from "../components/SignIn/SignInFrame.tsx";
import { useRecovery } from "../hooks/useSignIn.ts";

export default function ResetPasswordPage() {
  const t = useTranslations("auth");
  const { run, isBusy, problem } = useRecovery();
  const [email, setEmail] = useState("");
  const [sentTo, setSentTo] = useState<string | null>(null);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy && await run(email.trim())) setSentTo(email.trim());
  };
  const back = <Link to="/sign-in" className="text-accent underline">{t("toSignIn")}</Link>;
  if (sentTo) {
    return <SignInFrame title={t("resetSentTitle")} intro={t("resetSent", { email: sentTo })} footer={back} />;
  }
  return (
    <SignInFrame title={t("resetTitle")} intro={t("resetText")} footer={back}>
      <form onSubmit={onSubmit} className="flex flex-col gap-3">
        <TextField
          label={t("email")}
          type="email"
          autoComplete="username"
          isRequired
          value={email}
          onChange={setEmail}
        />
        <AuthProblem problem={problem} />
        <Button type="submit" variant="primary" isBusy={isBusy}>{t("sendReset")}</Button>
      </form>
    </SignInFrame>
  );
}
