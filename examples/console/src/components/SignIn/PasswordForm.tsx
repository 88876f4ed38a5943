import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { useSignIn } from "../../hooks/useSignIn.ts";
import { Button, TextField } from "../Shared/index.ts";
import { AuthProblem } from "./AuthProblem.tsx";
import { Resend } from "./Resend.tsx";

type PasswordFormProps = { email: string; onEmailChange(email: string): void };

/** Sign in with address and password. */
export function PasswordForm({ email, onEmailChange }: PasswordFormProps) {
  const t = useTranslations("auth");
  const { password: { run, isBusy, problem } } = useSignIn();
  const [password, setPassword] = useState("");
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) void run({ email: email.trim(), password });
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-3">
      <TextField
        label={t("email")}
        type="email"
        autoComplete="username"
        isRequired
        value={email}
        onChange={onEmailChange}
      />
      <TextField
        label={t("password")}
        type="password"
        autoComplete="current-password"
        isRequired
        value={password}
        onChange={setPassword}
      />
      <AuthProblem problem={problem} />
      {problem?.code === "email_not_confirmed" && <Resend email={email} />}
      <Button type="submit" variant="primary" isBusy={isBusy}>{t("signIn")}</Button>
    </form>
  );
}
