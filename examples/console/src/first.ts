import type { QueryClient } from "@tanstack/react-query";
import { readAhead } from "./hooks/listReading.ts";
import { readPreferences } from "./lib/preferences.ts";
import { isRetried } from "./lib/queryClient.ts";
import { filterOf } from "./lib/queues.ts";
import { keys } from "./lib/queryKeys.ts";
import { roleMay } from "./lib/roles.ts";
import { readStoredSession } from "./lib/storedSession.ts";
import { loadTexts } from "./lib/texts.ts";
import { readMe } from "./services/me.ts";

const STAFF_PAGES: [string, () => Promise<unknown>][] = [
  ["/queue", () => import("./pages/QueuePage.tsx")],
  ["/tickets/", () => import("./pages/TicketDetailPage.tsx")],
  ["/dashboard", () => import("./pages/DashboardPage.tsx")],
];
const PORTAL_PAGES: [string, () => Promise<unknown>][] = [
  ["/requests", () => import("./pages/RequestsPage.tsx")],
];

/**
 * Read who is signed in, and then, as their role may, the code, the texts and the list of the page that the address
 * names. Nothing is drawn here, and nothing is lost when it fails: the page reads what is missing.
 */
export async function readFirst(
  queries: QueryClient,
  publishableKey: string,
  { pathname, search }: Pick<Location, "pathname" | "search">,
): Promise<void> {
  const session = readStoredSession(publishableKey);
  if (!session) return;
  const me = await queries.fetchQuery({
    queryKey: keys.me(session.loginId),
    queryFn: () => readMe(session.loginId),
    retry: isRetried,
  });
  const isStaff = roleMay(me.person.role, "work");
  const page = (isStaff ? STAFF_PAGES : PORTAL_PAGES).find(([path]) => pathname.startsWith(path));
  const reading: Promise<unknown>[] = [];
  if (isStaff && pathname === "/queue") {
    // Behind the cursor that readMe() has read: no change falls between the two.
    const filter = filterOf(Object.fromEntries(new URLSearchParams(search)), undefined);
    if (filter) reading.push(readAhead(queries, filter));
  }
  if (isStaff) reading.push(loadTexts(readPreferences().language, "staff"));
  if (page) reading.push(page[1]());
  await Promise.all(reading);
}
