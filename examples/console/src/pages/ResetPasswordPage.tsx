import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { EmailForm } from "../components/SignIn/EmailForm.tsx";
import { SignInFrame } from "../components/SignIn/SignInFrame.tsx";
import { useRecovery } from "../hooks/useSignIn.ts";

export default function ResetPasswordPage() {
  const t = useTranslations("auth");
  const send = useRecovery();
  const [email, setEmail] = useState("");
  const [sentTo, setSentTo] = useState<string | null>(null);
  const back = <Link to="/sign-in" className="text-accent underline">{t("toSignIn")}</Link>;
  if (sentTo) {
    return <SignInFrame title={t("resetSentTitle")} intro={t("resetSent", { email: sentTo })} footer={back} />;
  }
  return (
    <SignInFrame title={t("resetTitle")} intro={t("resetText")} footer={back}>
      <EmailForm email={email} onEmailChange={setEmail} send={send} onSent={setSentTo} label={t("sendReset")} />
    </SignInFrame>
  );
}
