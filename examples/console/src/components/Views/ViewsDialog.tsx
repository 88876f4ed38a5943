import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import type { QueueSearch } from "../../lib/queues.ts";
import { Dialog } from "../Shared/index.ts";
import { ViewNavigation } from "./ViewNavigation.tsx";

/** The lists in a window; it closes when another list is chosen. */
export function ViewsDialog({ active, onClose }: { active: QueueSearch; onClose(): void }) {
  const t = useTranslations("queue");
  const first = useRef(active);
  useEffect(() => {
    if (active.q !== first.current.q || active.view !== first.current.view) onClose();
  }, [active, onClose]);
  return (
    <Dialog isOpen onClose={onClose} title={t("views")}>
      <ViewNavigation active={active} />
    </Dialog>
  );
}
