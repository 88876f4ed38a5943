import type { FormEvent } from "react";
import { useTranslations } from "use-intl";
import type { HelpdeskError } from "../../lib/errors.ts";
import { Button, TextField } from "../Shared/index.ts";
import { AuthProblem } from "./AuthProblem.tsx";

type EmailFormProps = {
  email: string;
  onEmailChange(email: string): void;
  /** Sends a mail to an address; null when it failed, and then `problem` says why. */
  send: { run(email: string): Promise<unknown>; isBusy: boolean; problem: HelpdeskError | null };
  onSent(email: string): void;
  label: string;
  hint?: string;
};

/** Asks for an address, and sends a mail there. */
export function EmailForm({ email, onEmailChange, send, onSent, label, hint }: EmailFormProps) {
  const t = useTranslations("auth");
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    const address = email.trim();
    if (!send.isBusy && await send.run(address)) onSent(address);
  };
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-3">
      <TextField
        label={t("email")}
        type="email"
        autoComplete="username"
        isRequired
        hint={hint}
        value={email}
        onChange={onEmailChange}
      />
      <AuthProblem problem={send.problem} />
      <Button type="submit" variant="primary" isBusy={send.isBusy}>{label}</Button>
    </form>
  );
}
