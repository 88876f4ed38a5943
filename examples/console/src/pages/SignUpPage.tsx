import { Link, Navigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button, TextField } from "../components/Shared/index.ts";
import { AuthProblem } from "../components/SignIn/AuthProblem.tsx";
import { Resend } from "../components/SignIn/Resend.tsx";
import { SignInFrame } from "../components/SignIn/SignInFrame.tsx";
import { useAuth } from "../contexts/AuthContext.tsx";
import { useSignUp } from "../hooks/useSignIn.ts";

export default function SignUpPage() {
  const t = useTranslations("auth");
  const { state } = useAuth();
  const { run, isBusy, problem } = useSignUp();
  const [form, setForm] = useState({ name: "", email: "", password: "" });
  const [confirms, setConfirms] = useState<string | null>(null);
  if (state === "signedIn" || state === "blocked") return <Navigate to="/" replace />;
  const set = (name: keyof typeof form) => (value: string) => setForm((before) => ({ ...before, [name]: value }));
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    const email = form.email.trim();
    const done = await run({ ...form, name: form.name.trim(), email });
    if (done && !done.value) setConfirms(email);
  };
  if (confirms) {
    return (
      <SignInFrame title={t("confirmTitle")} intro={t("confirmText", { email: confirms })}>
        <Resend email={confirms} />
        <Link to="/sign-in" className="self-center text-accent underline">{t("toSignIn")}</Link>
      </SignInFrame>
    );
  }
  return (
    <SignInFrame
      title={t("signUp")}
      footer={
        <p>
          {t("hasLogin")} <Link to="/sign-in" className="text-accent underline">{t("signIn")}</Link>
        </p>
      }
    >
      <form onSubmit={onSubmit} className="flex flex-col gap-3">
        <TextField
          label={t("name")}
          autoComplete="name"
          isRequired
          maxLength={200}
          value={form.name}
          onChange={set("name")}
        />
        <TextField
          label={t("email")}
          type="email"
          autoComplete="username"
          isRequired
          value={form.email}
          onChange={set("email")}
        />
        <TextField
          label={t("password")}
          type="password"
          autoComplete="new-password"
          isRequired
          hint={t("passwordHint")}
          value={form.password}
          onChange={set("password")}
        />
        <AuthProblem problem={problem} />
        <Button type="submit" variant="primary" isBusy={isBusy}>{t("signUp")}</Button>
      </form>
    </SignInFrame>
  );
}
