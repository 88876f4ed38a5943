import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import type { QueueSearch } from "./lib/queues.ts";
import type { Action } from "./lib/roles.ts";
import { type TextRole, withTexts } from "./lib/texts.ts";
import { ForRole, Frame, WithTexts } from "./components/Shell/Frame.tsx";
import { NotFound } from "./components/Shell/NotFound.tsx";

type Page = () => Promise<{ default: React.ComponentType }>;

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound });

function publicPage<Path extends string>(path: Path, page: Page) {
  return createRoute({ getParentRoute: () => rootRoute, path, component: lazyRouteComponent(page) });
}

const guests = texts(rootRoute, "guests", "guest"), readers = texts(rootRoute, "readers", "portal");
const requesters = area("requesters", "request"), staff = area("staff", "work"), admins = area("admins", "administer");
// A list of tickets needs none of these texts: they are fetched beside the code of the page.
const work = texts(staff, "work", "work");

function area<Id extends string>(id: Id, action: Action) {
  return createRoute({ getParentRoute: () => rootRoute, id, component: () => <ForRole action={action} /> });
}

function texts<Parent extends AnyRoute, Id extends string>(parent: Parent, id: Id, role: TextRole) {
  return createRoute({ getParentRoute: () => parent, id, component: () => <WithTexts role={role} /> });
}

function text(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

type Area = typeof guests | typeof readers | typeof requesters | typeof staff | typeof work | typeof admins;

const page = <Path extends string>(parent: Area, path: Path, load: Page) =>
  createRoute({ getParentRoute: () => parent, path, component: lazyRouteComponent(load) });
const workPage = <Path extends string>(path: Path, load: Page) => page(work, path, () => withTexts("work", load));

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
  readers.addChildren([
    page(readers, "/help", () => import("./pages/HelpCentrePage.tsx")),
    page(readers, "/help/$articleId", () => import("./pages/HelpArticlePage.tsx")),
  ]),
  requesters.addChildren([
    page(requesters, "/requests", () => import("./pages/RequestsPage.tsx")),
    page(requesters, "/requests/new", () => import("./pages/NewRequestPage.tsx")),
    page(requesters, "/requests/$ticketId", () => import("./pages/RequestPage.tsx")),
  ]),
  staff.addChildren([
    queue,
    page(staff, "/dashboard", () => import("./pages/DashboardPage.tsx")),
    page(staff, "/quarantine", () => import("./pages/QuarantinePage.tsx")),
    work.addChildren([
      workPage("/tickets/new", () => import("./pages/NewTicketPage.tsx")),
      workPage("/tickets/$ticketId", () => import("./pages/TicketDetailPage.tsx")),
      workPage("/proposals", () => import("./pages/ProposalsPage.tsx")),
      workPage("/knowledge", () => import("./pages/KnowledgePage.tsx")),
      workPage("/knowledge/gaps", () => import("./pages/KnowledgeGapsPage.tsx")),
      workPage("/knowledge/$articleId", () => import("./pages/ArticlePage.tsx")),
    ]),
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
