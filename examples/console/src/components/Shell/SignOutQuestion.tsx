import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useDraftCount } from "../../hooks/useDraftCount.ts";
import { deleteDraftsOf } from "../../lib/drafts.ts";
import { ConfirmDialog } from "../Shared/index.ts";

/** Ends the session. Drafts do not stay on a device that somebody else may use: with drafts there is a question first. */
export default function SignOutQuestion({ onClose }: { onClose(): void }) {
  const t = useTranslations("shell");
  const { me, signOut } = useAuth();
  const count = useDraftCount(me?.user_id ?? "");
  useEffect(() => {
    if (count === 0) void signOut();
  }, [count, signOut]);
  const deleteAll = async () => {
    await deleteDraftsOf(me?.user_id ?? "").catch(() => {});
    await signOut();
  };
  return (
    <ConfirmDialog
      title={t("signOutDrafts", { count: count ?? 0 })}
      text={t("signOutDraftsHint")}
      confirmLabel={t("signOutDelete")}
      isOpen={count !== null && count > 0}
      isDangerous
      onConfirm={deleteAll}
      onClose={onClose}
    />
  );
}
