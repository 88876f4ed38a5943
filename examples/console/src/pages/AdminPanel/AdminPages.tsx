import { useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { NotFound } from "../../components/Shell/NotFound.tsx";

/** The pages of the admin panel by their address. They are not in the router: who is no admin loads nothing of them. */
const PAGES = {
  people: lazy(() => import("./PeoplePage.tsx")),
  teams: lazy(() => import("./TeamsPage.tsx")),
  fields: lazy(() => import("./FieldsPage.tsx")),
  views: lazy(() => import("./ViewsPage.tsx")),
  assistant: lazy(() => import("./AssistantPage.tsx")),
  mail: lazy(() => import("./MailPage.tsx")),
  templates: lazy(() => import("./TemplatesPage.tsx")),
  slack: lazy(() => import("./SlackPage.tsx")),
  webhooks: lazy(() => import("./WebhooksPage.tsx")),
  outbox: lazy(() => import("./OutboxPage.tsx")),
  health: lazy(() => import("./HealthPage.tsx")),
  log: lazy(() => import("./LogPage.tsx")),
};
const WebhookPage = lazy(() => import("./WebhookPage.tsx"));

/** A page of the admin panel: `/admin/people`, `/admin/webhooks/<id>`. */
export default function AdminPages() {
  const { _splat: path = "" } = useParams({ strict: false });
  const [name = "", id, ...rest] = path.replace(/\/$/, "").split("/");
  const Page = Object.hasOwn(PAGES, name) ? PAGES[name as keyof typeof PAGES] : null;
  if (!Page || rest.length > 0 || (id && name !== "webhooks")) return <NotFound />;
  return (
    <Suspense fallback={null}>
      {id ? <WebhookPage webhookId={id} /> : <Page />}
    </Suspense>
  );
}
