import { Link, Navigate, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Tabs } from "../components/Shared/index.ts";
import { AuthProblem } from "../components/SignIn/AuthProblem.tsx";
import { LinkForm } from "../components/SignIn/LinkForm.tsx";
import { PasswordForm } from "../components/SignIn/PasswordForm.tsx";
import { SignInFrame } from "../components/SignIn/SignInFrame.tsx";
import { useAuth } from "../contexts/AuthContext.tsx";
import { useProjectHost } from "../hooks/useSignIn.ts";
import { pathAfterSignIn } from "../lib/authLink.ts";

export default function SignInPage() {
  const t = useTranslations("auth");
  const { state, linkProblem } = useAuth();
  const host = useProjectHost();
  const { history } = useRouter();
  const search: { next?: unknown } = useSearch({ strict: false });
  const next = pathAfterSignIn(search.next);
  const [email, setEmail] = useState("");
  const isIn = state === "signedIn" || state === "blocked";
  useEffect(() => {
    if (isIn && next) history.replace(next);
  }, [isIn, next, history]);
  if (isIn) return next ? null : <Navigate to="/" replace />;
  const form = { email, onEmailChange: setEmail };
  return (
    <SignInFrame
      title={t("signIn")}
      intro={next ? t("signInToGoOn") : undefined}
      footer={
        <>
          <p>
            {t("noLogin")} <Link to="/sign-up" className="text-accent underline">{t("signUp")}</Link>
          </p>
          <p className="text-subtle" dir="ltr">{host}</p>
        </>
      }
    >
      <AuthProblem problem={linkProblem} />
      <Tabs
        label={t("ways")}
        tabs={[
          { id: "password", label: t("withPassword"), content: <PasswordForm {...form} /> },
          { id: "link", label: t("withLink"), content: <LinkForm {...form} /> },
        ]}
      />
      <Link to="/reset-password" className="self-center text-accent underline">{t("forgotten")}</Link>
    </SignInFrame>
  );
}
