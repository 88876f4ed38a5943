// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MailEvidence, TicketMail } from "../../lib/inboundMail.ts";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 20_000 });

const explainMail = vi.fn((_id: string) => Promise.resolve("The database's sentence."));
const listStaff = vi.fn(() => Promise.resolve([{ user_id: "u1", name: "Ana" }]));
const person = { language: "en" };
vi.mock("../../services/inboundMail.ts", () => ({ explainMail }));
vi.mock("../../services/people.ts", () => ({ listStaff }));
vi.mock("../../contexts/PreferencesContext.tsx", () => ({ usePreferences: () => person }));
const { LanguageProvider, TextsOf } = await import("../../contexts/LanguageContext.tsx");
const { Explanation } = await import("./Explanation.tsx");

const mail = (given: Partial<TicketMail>, evidence: MailEvidence = {}) =>
  ({
    inbound_id: "m1",
    from_address: "mei@example.com",
    ticket_id: "t1",
    note_id: null,
    verdict: null,
    flags: [],
    evidence,
    ...given,
  }) as unknown as TicketMail;

async function said(given: TicketMail, number?: number): Promise<string> {
  const { container } = render(
    <QueryClientProvider client={new QueryClient()}>
      <LanguageProvider>
        <TextsOf role="mail">
          <Explanation mail={given} number={number} />
        </TextsOf>
      </LanguageProvider>
    </QueryClientProvider>,
  );
  await waitFor(() => expect(container.textContent).toMatch(/\.\s*$/));
  return container.textContent ?? "";
}

beforeEach(() => {
  person.language = "en";
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

describe("a mail is explained in the reader's language", () => {
  const answer = mail({ outcome: "appended", reason: "in_reply_to", verdict: "none", flags: ["subject_changed"] });

  it("in English", async () => {
    expect(await said(answer, 42)).toBe(
      "The mail from mei@example.com was added to ticket #42, because In-Reply-To names a mail of the ticket. " +
        "Nobody vouches for the sender. Its subject differs from the ticket's.",
    );
    expect(explainMail).not.toHaveBeenCalled();
  });

  it("in German", async () => {
    person.language = "de";
    expect(await said(answer, 42)).toBe(
      "Die Mail von mei@example.com kam in Ticket #42, denn In-Reply-To nennt eine Mail des Tickets. " +
        "Niemand bürgt für den Absender. Ihr Betreff weicht von dem des Tickets ab.",
    );
  });

  it("where it is the page of its ticket, or the ticket is gone", async () => {
    expect(await said(mail({ outcome: "created", reason: "names_no_ticket" }))).toBe(
      "The mail from mei@example.com opened the ticket, because it names no ticket.",
    );
    cleanup();
    expect(await said(mail({ outcome: "created", reason: "names_no_ticket", ticket_id: null }))).toContain(
      "opened a ticket that is gone",
    );
  });

  it("with what it names in vain, unless the reason says so", async () => {
    const evidence: MailEvidence = { hits: [{ ticket_id: "t2", via: "token", refused: "forwarded" }] };
    expect(await said(mail({ outcome: "created", reason: "names_no_ticket" }, evidence))).toContain(
      "What it names does not count: the mail is forwarded.",
    );
    cleanup();
    const other = mail({ outcome: "quarantined", reason: "names_mail_of_others", ticket_id: null }, {
      hits: [{ ticket_id: "t2", via: "token", refused: "not_a_participant" }],
    });
    expect(await said(other)).toBe(
      "The mail from mei@example.com waits in quarantine, because it names a mail that its sender had no part in.",
    );
  });

  it("with who decided on it", async () => {
    const evidence: MailEvidence = { quarantined_for: "staff_not_verified" };
    const given = mail({ outcome: "created", reason: "accepted_as_ticket", decided_by: "u1" }, evidence);
    await said(given);
    await screen.findByText(
      "The mail from mei@example.com opened the ticket: Ana decided so. It had waited in quarantine, because it says " +
        "that it is from staff, and that is not proved.",
    );
  });

  it("with the words of the database where it could not be taken", async () => {
    expect(await said(mail({ outcome: "failed", reason: "No room", ticket_id: null }))).toBe(
      "The mail from mei@example.com could not be taken: No room.",
    );
  });
});

describe("a code that is new is explained by the database", () => {
  it.each<[string, Partial<TicketMail>, MailEvidence]>([
    ["reason", { outcome: "appended", reason: "of_tomorrow" }, {}],
    ["outcome", { outcome: "of_tomorrow", reason: "token" }, {}],
    ["refusal", { outcome: "created", reason: "names_no_ticket" }, {
      hits: [{ ticket_id: "t2", via: "token", refused: "of_tomorrow" }],
    }],
  ])("%s", async (_, given, evidence) => {
    expect(await said(mail(given, evidence))).toBe("The database's sentence.");
  });

  it("and an error is said, not three dots for ever", async () => {
    explainMail.mockRejectedValue(new Error("It is gone."));
    const given = mail({ outcome: "appended", reason: "of_tomorrow" });
    expect(await said(given)).toContain("It is gone.");
  });
});
