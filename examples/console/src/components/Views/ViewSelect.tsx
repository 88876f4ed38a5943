import { List } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import type { QueueSearch } from "../../lib/queues.ts";
import { IconButton } from "../Shared/index.ts";

const ViewsDialog = lazy(() => import("./ViewsDialog.tsx").then(({ ViewsDialog }) => ({ default: ViewsDialog })));

/** The lists of an agent behind a button, where the screen is narrow. */
export function ViewSelect({ active }: { active: QueueSearch }) {
  const t = useTranslations("queue");
  const [isOpen, setOpen] = useState(false);
  return (
    <span className="md:hidden">
      <IconButton label={t("views")} icon={List} onClick={() => setOpen(true)} />
      <Suspense fallback={null}>{isOpen && <ViewsDialog active={active} onClose={() => setOpen(false)} />}</Suspense>
    </span>
  );
}
