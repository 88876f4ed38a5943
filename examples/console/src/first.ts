import type { QueryClient } from "@tanstack/react-query";
import { readAhead } from "./hooks/listReading.ts";
import { readPreferences } from "./lib/preferences.ts";
import { isRetried } from "./lib/queryClient.ts";
import { filterOf } from "./lib/queues.ts";
import { keys } from "./lib/queryKeys.ts";
import { roleMay } from "./lib/roles.ts";
import { readStoredSession } from "./lib/storedSession.ts";
import { loadTexts, type TextRole } from "./lib/texts.ts";
import { readMe } from "./services/me.ts";

type Page = { path: string; texts: TextRole[]; load(): Promise<unknown> };

const PAGES: Page[] = [
  { path: "/queue", texts: ["staff"], load: () => import("./pages/QueuePage.tsx") },
  { path: "/tickets/", texts: ["staff", "work"], load: () => import("./pages/TicketDetailPage.tsx") },
  { path: "/dashboard", texts: ["staff"], load: () => import("./pages/DashboardPage.tsx") },
  { path: "/requests", texts: ["portal"], load: () => import("./pages/RequestsPage.tsx") },
];

/**
 * Fetch the code and the texts of the page that the address names, and read who is signed in, and then, as their role
 * may, the list of that page. Nothing is drawn here, and nothing is lost when it fails: the page reads what is missing.
 */
export async function readFirst(
  queries: QueryClient,
  publishableKey: string,
  { pathname, search }: Pick<Location, "pathname" | "search">,
): Promise<void> {
  const session = readStoredSession(publishableKey);
  if (!session) return;
  const page = PAGES.find(({ path }) => pathname.startsWith(path));
  // Not behind the answer: whose page it is not sees nothing of it.
  const { language } = readPreferences();
  const code = Promise.all([page?.load(), ...(page?.texts ?? []).map((role) => loadTexts(language, role))]);
  await Promise.all([code, readData(queries, session.loginId, pathname, search)]);
}

async function readData(queries: QueryClient, loginId: string, pathname: string, search: string): Promise<void> {
  const me = await queries.fetchQuery({ queryKey: keys.me(loginId), queryFn: () => readMe(loginId), retry: isRetried });
  if (pathname !== "/queue" || !roleMay(me.person.role, "work")) return;
  // Behind the cursor that readMe() has read: no change falls between the two.
  const filter = filterOf(Object.fromEntries(new URLSearchParams(search)), undefined);
  if (filter) await readAhead(queries, filter);
}
