import { Navigate, Outlet, useLocation, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { TextsOf } from "../../contexts/LanguageContext.tsx";
import { usePreferences } from "../../contexts/PreferencesContext.tsx";
import type { Action } from "../../lib/roles.ts";
import type { TextRole } from "../../lib/texts.ts";
import { Banners } from "./Banners.tsx";
import { GlobalShortcuts } from "./GlobalShortcuts.tsx";
import { Navigation } from "./Navigation.tsx";
import { NotFound } from "./NotFound.tsx";
import { PaneBoundary } from "./PaneBoundary.tsx";

const Blocked = lazy(() => import("../SignIn/Blocked.tsx"));
const Notices = lazy(() => import("./Notices.tsx"));
const PUBLIC = ["/sign-in", "/sign-up", "/reset-password", "/set-password"];

/** Around every page: navigation for who is signed in, sign-in for who is not. */
export function Frame() {
  const t = useTranslations("shell");
  const { state, isRecovery, can } = useAuth();
  const { tellsAssigned, tellsReplies } = usePreferences();
  const { pathname, href } = useLocation();
  // The address changes first: until then the page before, which may have failed, is still here.
  const shown = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const isPublic = PUBLIC.includes(pathname);
  if (isRecovery && pathname !== "/set-password") return <Navigate to="/set-password" />;
  if (state === "loading") return <div className="h-full bg-surface" aria-busy="true" />;
  if (state === "signedOut" && !isPublic) {
    return <Navigate to="/sign-in" search={pathname === "/" ? {} : { next: href } as never} replace />;
  }
  const page = (
    <Suspense fallback={null}>
      <PaneBoundary resetOn={[pathname, shown]}>
        <Outlet />
      </PaneBoundary>
    </Suspense>
  );
  if (isPublic) return page;
  if (state === "blocked") {
    return (
      <TextsOf role="guest">
        <Suspense fallback={null}>
          <Blocked />
        </Suspense>
      </TextsOf>
    );
  }
  return (
    <div className="flex h-full flex-col sm:flex-row">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-raised focus:p-3">
        {t("skip")}
      </a>
      <Navigation />
      <GlobalShortcuts />
      {can("work") && (tellsAssigned || tellsReplies) && (
        <TextsOf role="staff">
          <Suspense fallback={null}>
            <Notices />
          </Suspense>
        </TextsOf>
      )}
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Banners />
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 overflow-auto outline-none">{page}</main>
      </div>
    </div>
  );
}

/** Pages with texts of their own. */
export function WithTexts({ role }: { role: TextRole }) {
  return (
    <TextsOf role={role}>
      <Outlet />
    </TextsOf>
  );
}

/** The pages of a role. For others they do not exist, and nothing of them is loaded. */
export function ForRole({ action }: { action: Action }) {
  const { can } = useAuth();
  if (!can(action)) return <NotFound />;
  if (action === "request") return <WithTexts role="portal" />;
  return (
    <TextsOf role="staff">
      {action === "administer"
        ? (
          <TextsOf role="admin">
            <Outlet />
          </TextsOf>
        )
        : <Outlet />}
    </TextsOf>
  );
}
