// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { TicketDetails } from "../../lib/models.ts";
import type { OutboundMail } from "../../lib/outboundMail.ts";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 20_000 });

const listSuppressed = vi.fn((_addresses: string[]) => Promise.resolve<unknown[]>([]));
const listParticipants = vi.fn(() => Promise.resolve<unknown[]>([]));
vi.mock("../../services/outboundMail.ts", () => ({ listSuppressed }));
vi.mock("../../services/participants.ts", () => ({ listParticipants }));
vi.mock("../../contexts/PreferencesContext.tsx", () => ({ usePreferences: () => ({ language: "en" }) }));
const { LanguageProvider, TextsOf } = await import("../../contexts/LanguageContext.tsx");
const { EntryBody } = await import("../Conversation/EntryBody.tsx");
const { MailedTo } = await import("./MailedTo.tsx");
const { default: SuppressionWarning } = await import("./SuppressionWarning.tsx");

function show(content: ReactNode) {
  return render(
    <LanguageProvider>
      <QueryClientProvider client={new QueryClient()}>
        <TextsOf role="work">{content}</TextsOf>
      </QueryClientProvider>
    </LanguageProvider>,
  );
}

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

const ticket = { ticket_id: "t1", requester: { email: "mei@example.com" } } as TicketDetails;

it("warns about recipients who receive nothing: the requester, and those who receive copies", async () => {
  listParticipants.mockResolvedValueOnce([
    { address: "tom@example.com", receives_copies: true },
    { address: "eve@example.com", receives_copies: false },
  ]);
  listSuppressed.mockResolvedValueOnce([{ address: "tom@example.com", reason: "complaint", detail: "abuse" }]);
  show(<SuppressionWarning ticket={ticket} />);
  const warning = await screen.findByRole("alert");
  expect(warning.textContent).toBe("tom@example.com receives no mail from here: a mail was reported as spam. abuse");
  expect(listSuppressed).toHaveBeenCalledWith(["mei@example.com", "tom@example.com"]);
});

it("says nothing when everybody receives mail", async () => {
  show(<SuppressionWarning ticket={ticket} />);
  await waitFor(() => expect(listSuppressed).toHaveBeenCalledWith(["mei@example.com"]));
  expect(screen.queryByRole("alert")).toBeNull();
});

it("tells of each recipient what became of the mail, and why not", async () => {
  const mail = (given: Partial<OutboundMail>) => ({ state: "sent", problem: null, ...given }) as OutboundMail;
  show(
    <MailedTo
      mails={[
        mail({ email_id: "1", recipient: "mei@example.com", delivered_at: "2026-11-29T12:00:00Z", problem: "hidden" }),
        mail({ email_id: "2", recipient: "tom@example.com", bounced_at: "x", bounce_reason: "550 <b>No</b>" }),
      ]}
    />,
  );
  const lines = await screen.findAllByRole("listitem");
  expect(lines.map((line) => line.textContent)).toEqual([
    "mei@example.comdelivered",
    "tom@example.comdid not arrive550 <b>No</b>",
  ]);
});

it("folds what a mail quotes until somebody wants it", async () => {
  const text = "Yes.\n\n> Which one?";
  show(<EntryBody text={text} quotedFrom={5} />);
  await screen.findByText("Yes.");
  expect(screen.queryByText("Which one?")).toBeNull();
  await userEvent.click(await screen.findByRole("button", { name: "Show quoted text" }));
  await screen.findByText("Which one?");
});
