import { useNavigate } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useViewActions } from "../../hooks/useViews.ts";
import type { View } from "../../lib/models.ts";
import { ConfirmDialog } from "../Shared/index.ts";

/** The question before a view is deleted. */
export function DeleteViewDialog({ view, onClose }: { view: View; onClose(): void }) {
  const t = useTranslations("queue");
  const navigate = useNavigate();
  const { remove } = useViewActions();
  return (
    <ConfirmDialog
      isOpen
      title={t("deleteViewTitle", { name: view.name })}
      text={t("deleteViewText")}
      confirmLabel={t("deleteView")}
      isDangerous
      onClose={onClose}
      onConfirm={async () => {
        if (await remove.run(view.view_id)) await navigate({ to: "/queue", search: {} });
        onClose();
      }}
    />
  );
}
