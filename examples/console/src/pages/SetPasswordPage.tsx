import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button, TextField, useToast } from "../components/Shared/index.ts";
import { AuthProblem } from "../components/SignIn/AuthProblem.tsx";
import { SignInFrame } from "../components/SignIn/SignInFrame.tsx";
import { useAuth } from "../contexts/AuthContext.tsx";
import { useSetPassword } from "../hooks/useSignIn.ts";

export default function SetPasswordPage() {
  const t = useTranslations("auth");
  const { state, me, linkProblem } = useAuth();
  const { run, isBusy, problem } = useSetPassword();
  const { toast } = useToast();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || !await run(password)) return;
    toast({ title: t("passwordSet"), kind: "success" });
    await navigate({ to: "/", replace: true });
  };
  if (state === "signedOut") {
    return (
      <SignInFrame title={t("linkUsedTitle")} intro={linkProblem ? undefined : t("linkUsed")}>
        <AuthProblem problem={linkProblem} />
        <Link to="/reset-password" className="text-accent underline">{t("resetTitle")}</Link>
        <Link to="/sign-in" className="text-accent underline">{t("toSignIn")}</Link>
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title={t("setTitle")} intro={me?.email ? t("setText", { email: me.email }) : undefined}>
      <form onSubmit={onSubmit} className="flex flex-col gap-3">
        {/* For password managers: whose password it is. */}
        <input type="email" autoComplete="username" value={me?.email ?? ""} readOnly hidden />
        <TextField
          label={t("newPassword")}
          type="password"
          autoComplete="new-password"
          isRequired
          hint={t("passwordHint")}
          value={password}
          onChange={setPassword}
        />
        <AuthProblem problem={problem} />
        <Button type="submit" variant="primary" isBusy={isBusy}>{t("savePassword")}</Button>
      </form>
    </SignInFrame>
  );
}
