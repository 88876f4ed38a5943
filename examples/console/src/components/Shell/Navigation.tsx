import { Link } from "@tanstack/react-router";
import {
  BookOpen,
  Inbox,
  LayoutDashboard,
  LifeBuoy,
  LogOut,
  type LucideIcon,
  Plus,
  Settings,
  Shield,
  ShieldQuestion,
  Sparkles,
} from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { whenIdle } from "../../lib/idle.ts";
import type { Action } from "../../lib/roles.ts";

// The page first.
const TroubleMark = lazy(async () => {
  await new Promise<void>((done) => void whenIdle(done));
  return await import("./TroubleMark.tsx");
});
const SignOutQuestion = lazy(() => import("./SignOutQuestion.tsx"));

type Entry = {
  to: string;
  label:
    | "dashboard"
    | "queue"
    | "proposals"
    | "knowledge"
    | "quarantine"
    | "admin"
    | "requests"
    | "newRequest"
    | "help";
  icon: LucideIcon;
  needs: Action;
};

const ENTRIES: Entry[] = [
  { to: "/dashboard", label: "dashboard", icon: LayoutDashboard, needs: "work" },
  { to: "/queue", label: "queue", icon: Inbox, needs: "work" },
  { to: "/proposals", label: "proposals", icon: Sparkles, needs: "work" },
  { to: "/knowledge", label: "knowledge", icon: BookOpen, needs: "work" },
  { to: "/quarantine", label: "quarantine", icon: ShieldQuestion, needs: "work" },
  { to: "/admin", label: "admin", icon: Shield, needs: "administer" },
  { to: "/requests", label: "requests", icon: Inbox, needs: "request" },
  { to: "/requests/new", label: "newRequest", icon: Plus, needs: "request" },
  { to: "/help", label: "help", icon: LifeBuoy, needs: "request" },
];
const LINK =
  "relative flex items-center gap-2.5 rounded-md px-2.5 py-2 text-muted hover:bg-hover hover:text-default sm:justify-center lg:justify-start " +
  "aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-accent";

/** The main navigation: what the person's role may open. */
export function Navigation() {
  const t = useTranslations("shell");
  const { can, me } = useAuth();
  const [isLeaving, setLeaving] = useState(false);
  return (
    <nav
      aria-label={t("navigation")}
      className="flex shrink-0 items-center gap-0.5 overflow-x-auto border-line bg-sunken p-2 max-sm:order-last max-sm:border-t sm:w-14 sm:flex-col sm:items-stretch sm:border-e lg:w-52"
    >
      <p className="hidden items-center gap-2 px-2.5 py-2 font-semibold lg:flex">{t("title")}</p>
      {ENTRIES.filter(({ needs }) => can(needs)).map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className={LINK}
          activeOptions={{ exact: to === "/requests", includeSearch: false }}
        >
          <Icon aria-hidden size={18} className="shrink-0" />
          <span className="truncate max-lg:sr-only">{t(label)}</span>
          {(label === "quarantine" || label === "admin") && (
            <Suspense fallback={null}>
              <TroubleMark of={label} />
            </Suspense>
          )}
        </Link>
      ))}
      <span className="flex-1" />
      <Link to="/settings" className={LINK} aria-label={[me?.name, t("settings")].filter(Boolean).join(" – ")}>
        <Settings aria-hidden size={18} className="shrink-0" />
        <span className="hidden truncate lg:inline" dir="auto">{me?.name || t("settings")}</span>
      </Link>
      <button type="button" onClick={() => setLeaving(true)} className={LINK} aria-label={t("signOut")}>
        <LogOut aria-hidden size={18} className="shrink-0" />
        <span className="hidden truncate lg:inline">{t("signOut")}</span>
      </button>
      {isLeaving && (
        <Suspense fallback={null}>
          <SignOutQuestion onClose={() => setLeaving(false)} />
        </Suspense>
      )}
    </nav>
  );
}
