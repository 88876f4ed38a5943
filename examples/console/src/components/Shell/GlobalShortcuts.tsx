import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";

const Palette = lazy(() => import("./Palette.tsx").then(({ Palette }) => ({ default: Palette })));
const CheatSheet = lazy(() => import("./CheatSheet.tsx").then(({ CheatSheet }) => ({ default: CheatSheet })));

/** The shortcuts of every page, with the windows that they open. */
export function GlobalShortcuts() {
  const t = useTranslations("shell");
  const navigate = useNavigate();
  const { can } = useAuth();
  const isStaff = can("work");
  const [open, setOpen] = useState<"palette" | "sheet" | null>(null);
  const close = () => setOpen(null);
  const go = (keys: string, to: string, label: string, when: boolean) => ({
    id: `go ${to}`,
    keys,
    label: t("goTo", { page: label }),
    group: t("groupPages"),
    when,
    run: () => void navigate({ to }),
  });
  const group = t("groupPages");
  useShortcuts([
    { id: "palette", keys: "$mod+k", label: t("palette"), group, run: () => setOpen("palette") },
    { id: "sheet", keys: "Shift+?", label: t("shortcuts"), group, run: () => setOpen("sheet") },
    go("g q", "/queue", t("queue"), isStaff),
    go("g d", "/dashboard", t("dashboard"), isStaff),
    go("g p", "/proposals", t("proposals"), isStaff),
    go("g k", "/knowledge", t("knowledge"), isStaff),
    go("g m", "/quarantine", t("quarantine"), isStaff),
    go("g a", "/admin/people", t("admin"), can("administer")),
    go("g r", "/requests", t("requests"), !isStaff),
    go("g h", "/help", t("help"), !isStaff),
    go("g s", "/settings", t("settings"), true),
    {
      id: "new",
      keys: "c",
      label: t("newTicket"),
      group,
      run: () => void navigate({ to: isStaff ? "/tickets/new" : "/requests/new" }),
    },
  ]);
  return (
    <Suspense fallback={null}>
      {open === "palette" && <Palette isOpen onClose={close} />}
      {open === "sheet" && <CheatSheet isOpen onClose={close} />}
    </Suspense>
  );
}
