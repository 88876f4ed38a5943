import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { useSignIn } from "../../hooks/useSignIn.ts";
import { Button, TextField } from "../Shared/index.ts";
import { AuthProblem } from "./AuthProblem.tsx";
import { EmailForm } from "./EmailForm.tsx";

type LinkFormProps = { email: string; onEmailChange(email: string): void };

/** Sign in with a mail: its link, or its code. */
export function LinkForm({ email, onEmailChange }: LinkFormProps) {
  const t = useTranslations("auth");
  const { link, code } = useSignIn();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const onCode = (event: FormEvent) => {
    event.preventDefault();
    if (!code.isBusy && sentTo) void code.run({ email: sentTo, code: typed.trim() });
  };
  if (sentTo === null) {
    const sending = { send: link, onSent: setSentTo, label: t("sendLink"), hint: t("linkHint") };
    return <EmailForm email={email} onEmailChange={onEmailChange} {...sending} />;
  }
  return (
    <form onSubmit={onCode} className="flex flex-col gap-3">
      <p role="status">{t("linkSent", { email: sentTo })}</p>
      <TextField
        label={t("code")}
        inputMode="numeric"
        autoComplete="one-time-code"
        isRequired
        value={typed}
        onChange={setTyped}
      />
      <AuthProblem problem={code.problem} />
      <Button type="submit" variant="primary" isBusy={code.isBusy}>{t("signIn")}</Button>
      <Button variant="ghost" onClick={() => setSentTo(null)}>{t("otherAddress")}</Button>
    </form>
  );
}
