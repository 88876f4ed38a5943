import { useCallback, useEffect } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useDraftCount } from "../../hooks/useDraftCount.ts";
import { deleteDraftsOf } from "../../lib/drafts.ts";
import { dropFilesOf } from "../../lib/keptFiles.ts";
import { ConfirmDialog } from "../Shared/index.ts";

/** Ends the session. Drafts do not stay on a device that somebody else may use: with drafts there is a question first. */
export default function SignOutQuestion({ onClose }: { onClose(): void }) {
  const t = useTranslations("shell");
  const { me, signOut } = useAuth();
  const userId = me?.user_id ?? "";
  const count = useDraftCount(userId);
  const leave = useCallback(async () => {
    await Promise.allSettled([deleteDraftsOf(userId), dropFilesOf(userId)]);
    await signOut();
  }, [userId, signOut]);
  useEffect(() => {
    if (count === 0) void leave();
  }, [count, leave]);
  return (
    <ConfirmDialog
      title={t("signOutDrafts", { count: count ?? 0 })}
      text={t("signOutDraftsHint")}
      confirmLabel={t("signOutDelete")}
      isOpen={count !== null && count > 0}
      isDangerous
      onConfirm={leave}
      onClose={onClose}
    />
  );
}
