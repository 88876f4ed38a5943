// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { HelpdeskError } from "../../lib/errors.ts";
import type { Decided, QuarantineFilter, WaitingMail } from "../../lib/quarantine.ts";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 30_000 });

type OnDone = (some: Decided[]) => boolean;

let waiting: WaitingMail[] = [];
const PAGE = 2;
const matching = (filter: QuarantineFilter) =>
  waiting.filter(({ from_address: from }) => !filter.sender || from === filter.sender);
const decideMany = vi.fn((mails: readonly WaitingMail[], _decision: string, onDone: OnDone) => {
  waiting = waiting.filter((mail) => !mails.includes(mail));
  onDone(mails.map((mail) => ({ mail, problem: null })));
  return Promise.resolve();
});
vi.mock("../../services/quarantine.ts", () => ({
  listQuarantined: (filter: QuarantineFilter) => Promise.resolve(matching(filter).slice(0, PAGE)),
  placeBehind: (page: unknown[]) => page.length === PAGE ? { receivedAt: "", id: "" } : null,
  listMatching: (filter: QuarantineFilter) => Promise.resolve(matching(filter)),
  decideMany,
}));
vi.mock("../../services/teams.ts", () => ({ listTeams: () => Promise.resolve([]) }));
vi.mock("../../services/people.ts", () => ({ listStaff: () => Promise.resolve([]) }));
vi.mock("@tanstack/react-router", () => ({ useNavigate: () => () => {}, Link: () => null }));
const person = { language: "en", singleKeys: true };
vi.mock("../../contexts/PreferencesContext.tsx", () => ({ usePreferences: () => person }));
const { LanguageProvider, TextsOf } = await import("../../contexts/LanguageContext.tsx");
const { ShortcutProvider } = await import("../../contexts/ShortcutContext.tsx");
const { BaseProvider, ToastProvider } = await import("../Shared/index.ts");
const { Quarantine } = await import("./Quarantine.tsx");

const mail = (id: string, given: Partial<WaitingMail> = {}) =>
  ({
    inbound_id: id,
    subject: `Mail ${id}`,
    from_address: "eve@bomb.example",
    from_name: null,
    ticket_id: null,
    tickets: [],
    flags: [],
    evidence: {},
    recipients: [],
    outcome: "quarantined",
    reason: "author_unknown",
    received_at: "2026-11-29T08:00:00Z",
    body: "Text",
    ...given,
  }) as unknown as WaitingMail;

function Page() {
  const [filter, setFilter] = useState<QuarantineFilter>({});
  return <Quarantine filter={filter} onFilter={setFilter} />;
}

async function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LanguageProvider>
        <TextsOf role="staff">
          <TextsOf role="mail">
            <BaseProvider>
              <ToastProvider>
                <ShortcutProvider>
                  <Page />
                </ShortcutProvider>
              </ToastProvider>
            </BaseProvider>
          </TextsOf>
        </TextsOf>
      </LanguageProvider>
    </QueryClientProvider>,
  );
  return { bar: await screen.findByRole("toolbar"), user: userEvent.setup() };
}

const said = (bar: HTMLElement) => within(bar).getByRole("status").textContent;

beforeEach(() => {
  person.language = "en";
  waiting = [mail("1", { ticket_id: "t1" }), mail("2"), mail("3", { from_address: null }), mail("4")];
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

it("selects mails by mouse and by key, and what no page has yet", async () => {
  const { bar, user } = await show();
  expect(said(bar)).toBe("More than 2 mails");
  await user.click(screen.getByRole("checkbox", { name: "Select the mail “Mail 1”" }));
  expect(said(bar)).toBe("One mail selected");
  await user.keyboard("jjx");
  expect(said(bar)).toBe("2 mails selected");
  await user.keyboard("{Shift>}A{/Shift}");
  await waitFor(() => expect(said(bar)).toBe("4 mails selected"));
  await user.keyboard("{Escape}");
  expect(said(bar)).toBe("More than 2 mails");
  expect(decideMany).not.toHaveBeenCalled();
});

it("says for how many it is before, and what became of them after", async () => {
  const { bar, user } = await show();
  await user.click(within(bar).getByRole("button", { name: "Select all that match" }));
  await waitFor(() => expect(said(bar)).toBe("4 mails selected"));
  await user.keyboard("t");
  const dialog = await screen.findByRole("dialog", { name: "Open a ticket from each of 3 mails?" });
  within(dialog).getByText(/One of the selected mails does not say who wrote it, and stays in quarantine/);
  expect(within(within(dialog).getByRole("group", { name: "The mails" })).getAllByRole("row")).toHaveLength(3);
  await user.click(within(dialog).getByRole("button", { name: "Open 3 tickets" }));
  await within(dialog).findByText("3 mails opened a ticket each.");
  expect(decideMany.mock.calls[0]?.[0].map(({ inbound_id }) => inbound_id)).toEqual(["1", "2", "4"]);
  await user.click(within(dialog).getByRole("button", { name: "Done" }));
  await waitFor(() => expect(said(bar)).toBe("One mail"));
});

it("names those that are refused, goes on where the connection was lost, and tries no refused one again", async () => {
  const { bar, user } = await show();
  decideMany.mockImplementationOnce((mails, _, onDone) => {
    const gone = new HelpdeskError({ message: "It is gone.", details: "helpdesk.not_quarantined", status: 400 });
    onDone(mails.slice(0, 2).map((mail, index) => ({ mail, problem: index === 0 ? gone : null })));
    return Promise.reject(new HelpdeskError({ message: "Failed to fetch" }));
  });
  await user.click(within(bar).getByRole("button", { name: "Select all that match" }));
  await user.click(await within(bar).findByRole("button", { name: "Spam" }));
  const dialog = await screen.findByRole("dialog", { name: "Mark 4 mails as spam?" });
  await user.click(within(dialog).getByRole("button", { name: "Mark 4 mails" }));
  await within(dialog).findByText(
    "One mail is marked as spam. One was refused, see below. 2 still wait.",
  );
  within(within(dialog).getByRole("group", { name: "Refused" })).getByText(/Somebody has decided on this mail already/);
  within(dialog).getByText(/No connection/);
  await user.click(within(dialog).getByRole("button", { name: "Go on with 2" }));
  await within(dialog).findByText("3 mails are marked as spam. One was refused, see below.");
  expect(decideMany.mock.calls[1]?.[0].map(({ inbound_id }) => inbound_id)).toEqual(["3", "4"]);
});

it("shows the mails of one sender, and forgets the selection with the filter", async () => {
  waiting = [mail("1"), mail("2", { from_address: "mei@example.com" })];
  const { bar, user } = await show();
  await user.click(within(bar).getByRole("button", { name: "Select all that match" }));
  await waitFor(() => expect(said(bar)).toBe("2 mails selected"));
  await user.click(screen.getByRole("button", { name: "Only mails from mei@example.com" }));
  await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(1));
  expect(said(await screen.findByRole("toolbar"))).toBe("One mail");
  const sender = screen.getByRole("textbox", { name: "Sender" });
  expect((sender as HTMLInputElement).value).toBe("mei@example.com");
  await user.clear(sender);
  await user.type(sender, "nobody@example.com{Enter}");
  await screen.findByText("No mail in quarantine matches");
  await user.click(screen.getByRole("button", { name: "Show all" }));
  await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(2));
});

it("speaks German", async () => {
  person.language = "de";
  const { bar, user } = await show();
  await user.click(await within(bar).findByRole("button", { name: "Alle auswählen, die passen" }));
  await user.click(await within(bar).findByRole("button", { name: "Zu ihren Tickets hinzufügen" }));
  const dialog = await screen.findByRole("dialog", { name: "Eine Mail zu ihrem Ticket hinzufügen?" });
  within(dialog).getByText("3 der ausgewählten Mails nennen kein Ticket und bleiben in der Quarantäne.");
  await user.click(within(dialog).getByRole("button", { name: "Eine Mail hinzufügen" }));
  await within(dialog).findByText("Eine Mail ist in ihrem Ticket.");
});
