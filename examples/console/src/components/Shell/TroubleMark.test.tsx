// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keys } from "../../lib/queryKeys.ts";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 20_000 });

const counts = { waiting: 0, oldest_seconds: null, held: 0, dead: 0, failed: 0, unknown: 0 };
const outbox = { ...counts, webhooks_disabled: 0, webhooks_failing: 0 };
const mail = { channels: [], mailboxes: [], unparsed: 0, quarantined: 0, over_limit: 0, failed: 0, suppressed: 0 };
const times = { oldest_unparsed_at: null, oldest_quarantined_at: null };
const kinds = (given: object) => ({ webhook: { ...counts, ...given }, email: counts, slack: counts });
const readOutboxHealth = vi.fn((): Promise<unknown> => Promise.resolve({ ...outbox, by_kind: kinds({}) }));
const readMailHealth = vi.fn((): Promise<unknown> => Promise.resolve({ ...mail, ...times }));
const countQuarantined = vi.fn(() => Promise.resolve(0));
vi.mock("../../services/outbox.ts", () => ({ readOutboxHealth }));
vi.mock("../../services/mailChannels.ts", () => ({ readMailHealth }));
vi.mock("../../services/quarantine.ts", () => ({ countQuarantined }));
const none = () => Promise.resolve([]);
vi.mock("../../services/slack.ts", () => ({ listWorkspaces: none, listSlackChannels: none }));
const person = { role: "admin" };
vi.mock("../../contexts/AuthContext.tsx", () => ({ useAuth: () => ({ can: () => person.role === "admin" }) }));
vi.mock("../../contexts/PreferencesContext.tsx", () => ({ usePreferences: () => ({ language: "en" }) }));
const { LanguageProvider } = await import("../../contexts/LanguageContext.tsx");
const { default: TroubleMark, Troubles } = await import("./TroubleMark.tsx");

function show(content: ReactNode): QueryClient {
  const queries = new QueryClient();
  render(
    <QueryClientProvider client={queries}>
      <LanguageProvider>{content}</LanguageProvider>
    </QueryClientProvider>,
  );
  return queries;
}

const nav = (
  <>
    <a href="/quarantine">
      Quarantine <TroubleMark of="quarantine" />
    </a>
    <a href="/admin">
      Admin <TroubleMark of="admin" />
    </a>
    <a href="/admin/outbox">
      Outbox <Troubles of="outbox" />
    </a>
    <a href="/admin/mail">
      Mail <Troubles of="mail" />
    </a>
  </>
);

beforeEach(() => {
  person.role = "admin";
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

it("says nothing while all is well, and asks once for all marks", async () => {
  show(nav);
  await waitFor(() => expect(readMailHealth).toHaveBeenCalled());
  expect(screen.getAllByRole("link").map((link) => link.textContent)).toEqual([
    "Quarantine ",
    "Admin ",
    "Outbox ",
    "Mail ",
  ]);
  expect([readOutboxHealth, readMailHealth].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
});

it("counts what is wrong for admins, on the page that mends it, too; and follows what is read again", async () => {
  readOutboxHealth.mockResolvedValueOnce({ ...outbox, dead: 2, failed: 1, by_kind: kinds({ dead: 2, failed: 1 }) });
  readMailHealth.mockResolvedValueOnce({ ...mail, ...times, quarantined: 120, failed: 1 });
  const queries = show(nav);
  await screen.findByRole("link", { name: "Quarantine 99+ mails wait" });
  screen.getByRole("link", { name: "Admin 3 things need attention" });
  screen.getByRole("link", { name: "Outbox 2 things need attention" });
  screen.getByRole("link", { name: "Mail One thing needs attention" });
  await queries.invalidateQueries({ queryKey: keys.trouble() });
  await waitFor(() => expect(screen.getByRole("link", { name: /^Admin/ }).textContent).toBe("Admin "));
});

it("tells agents of mails that wait, with a request that they may make", async () => {
  person.role = "agent";
  countQuarantined.mockResolvedValueOnce(1);
  show(nav);
  await screen.findByRole("link", { name: "Quarantine One mail waits" });
  expect(readOutboxHealth).not.toHaveBeenCalled();
});

it("shows nothing when it cannot be read", async () => {
  readOutboxHealth.mockRejectedValue(new Error("refused"));
  show(nav);
  await waitFor(() => expect(readOutboxHealth).toHaveBeenCalled());
  expect(screen.getByRole("link", { name: /^Admin/ }).textContent).toBe("Admin ");
});
