import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../Shared/index.ts";
import { SignInFrame } from "./SignInFrame.tsx";

type LinkQuestionProps = {
  /** Who is signed in. */
  from: string;
  /** Whom the link signs in; null when only the server knows. */
  to: string | null;
  onDecide(isWanted: boolean): unknown;
};

/**
 * Asks before a link from a mail replaces somebody's session. Whoever sends a link to their own account could read
 * there what its receiver writes, believing it to be theirs.
 */
export default function LinkQuestion({ from, to, onDecide }: LinkQuestionProps) {
  const t = useTranslations("auth");
  const [isBusy, setBusy] = useState(false);
  return (
    <SignInFrame title={t("replaceTitle")} intro={to ? t("replaceText", { from, to }) : t("replaceUnknown", { from })}>
      <p className="text-muted">{t("replaceHint")}</p>
      <div className="flex flex-wrap gap-2">
        <Button
          variant="primary"
          isDisabled={isBusy}
          onClick={() =>
            onDecide(false)}
        >
          {t("replaceStay")}
        </Button>
        <Button
          isBusy={isBusy}
          onClick={() => {
            setBusy(true);
            onDecide(true);
          }}
        >
          {t("replaceUse")}
        </Button>
      </div>
    </SignInFrame>
  );
}
