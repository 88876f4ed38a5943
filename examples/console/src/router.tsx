import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { QueueSearch } from "./lib/queues.ts";
import type { Action } from "./lib/roles.ts";
import { ForGuests, ForRole, Frame } from "./components/Shell/Frame.tsx";
import { NotFound } from "./components/Shell/NotFound.tsx";

type Page = () => Promise<{ default: React.ComponentType }>;

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound });

function publicPage<Path extends string>(path: Path, page: Page) {
  return createRoute({ getParentRoute: () => rootRoute, path, component: lazyRouteComponent(page) });
}

const guests = createRoute({ getParentRoute: () => rootRoute, id: "guests", component: ForGuests });
const requesters = area("requesters", "request"), staff = area("staff", "work"), admins = area("admins", "administer");

function area<Id extends string>(id: Id, action: Action) {
  return createRoute({ getParentRoute: () => rootRoute, id, component: () => <ForRole action={action} /> });
}

function text(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

type Area = typeof guests | typeof requesters | typeof staff | typeof admins;

const page = <Path extends string>(parent: Area, path: Path, load: Page) =>
  createRoute({ getParentRoute: () => parent, path, component: lazyRouteComponent(load) });

const queue = createRoute({
  getParentRoute: () => staff,
  path: "/queue",
  component: lazyRouteComponent(() => import("./pages/QueuePage.tsx")),
  validateSearch: (search: Record<string, unknown>): QueueSearch => ({
    q: text(search.q),
    view: text(search.view),
    sort: text(search.sort),
    ticket: text(search.ticket),
  }),
});

const routes = rootRoute.addChildren([
  createRoute({
    getParentRoute: () => rootRoute,
    path: "/",
    component: lazyRouteComponent(() => import("./pages/HomePage.tsx")),
  }),
  guests.addChildren([
    page(guests, "/sign-in", () => import("./pages/SignInPage.tsx")),
    page(guests, "/sign-up", () => import("./pages/SignUpPage.tsx")),
    page(guests, "/reset-password", () => import("./pages/ResetPasswordPage.tsx")),
    page(guests, "/set-password", () => import("./pages/SetPasswordPage.tsx")),
  ]),
  publicPage("/settings", () => import("./pages/SettingsPage.tsx")),
  publicPage("/help", () => import("./pages/HelpCentrePage.tsx")),
  publicPage("/help/$articleId", () => import("./pages/HelpArticlePage.tsx")),
  requesters.addChildren([
    page(requesters, "/requests", () => import("./pages/RequestsPage.tsx")),
    page(requesters, "/requests/new", () => import("./pages/NewRequestPage.tsx")),
    page(requesters, "/requests/$ticketId", () => import("./pages/RequestPage.tsx")),
  ]),
  staff.addChildren([
    queue,
    page(staff, "/dashboard", () => import("./pages/DashboardPage.tsx")),
    page(staff, "/tickets/new", () => import("./pages/NewTicketPage.tsx")),
    page(staff, "/tickets/$ticketId", () => import("./pages/TicketDetailPage.tsx")),
    page(staff, "/proposals", () => import("./pages/ProposalsPage.tsx")),
    page(staff, "/quarantine", () => import("./pages/QuarantinePage.tsx")),
    page(staff, "/knowledge", () => import("./pages/KnowledgePage.tsx")),
    page(staff, "/knowledge/gaps", () => import("./pages/KnowledgeGapsPage.tsx")),
    page(staff, "/knowledge/$articleId", () => import("./pages/ArticlePage.tsx")),
  ]),
  admins.addChildren([
    createRoute({
      getParentRoute: () => admins,
      path: "/admin",
      beforeLoad: () => {
        throw redirect({ to: "/admin/$", params: { _splat: "people" } });
      },
    }),
    page(admins, "/admin/$", () => import("./pages/AdminPanel/AdminPages.tsx")),
  ]),
]);

export const router = createRouter({ routeTree: routes, defaultPreload: "intent", scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
