// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { createRef } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TicketDetails } from "../../lib/models.ts";
import type { ComposerHandle } from "./Composer.tsx";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 20_000 });

const sendReply = vi.fn((_reply: unknown) => Promise.resolve());
const addNote = vi.fn((_note: unknown) => Promise.resolve());
vi.mock("../../services/messages.ts", () => ({ sendReply, wasSent: () => Promise.resolve(false) }));
vi.mock("../../services/notes.ts", () => ({ addNote, wasSaved: () => Promise.resolve(false) }));
vi.mock("../../services/settings.ts", () => ({
  readUploadLimits: () => Promise.resolve({ maxFiles: 10, maxBytes: 1000, types: null }),
}));
vi.mock("../Mail/SuppressionWarning.tsx", () => ({ default: () => null }));
vi.mock("../../contexts/AuthContext.tsx", () => ({ useAuth: () => ({ me: { user_id: "u1", role: "agent" } }) }));
vi.mock(
  "../../contexts/PreferencesContext.tsx",
  () => ({ usePreferences: () => ({ undoSeconds: 0, language: "en" }) }),
);
vi.mock("../../hooks/useTicket.ts", () => ({ useTransitions: () => ({ data: [] }) }));
const { LanguageProvider, TextsOf } = await import("../../contexts/LanguageContext.tsx");
const { Composer } = await import("./Composer.tsx");
const { BaseProvider } = await import("../Shared/index.ts");
const { ToastProvider } = await import("../Shared/Toast.tsx");

let ticketId = "";
const onMoved = vi.fn();

async function open(given: Partial<TicketDetails> = {}) {
  const ticket = {
    ticket_id: ticketId,
    number: 7,
    status: "open",
    channel: "web",
    requester: { name: "Ana Ruiz" },
    ...given,
  } as TicketDetails;
  const handle = createRef<ComposerHandle>();
  const reading = { seen: "m1", unread: null, onMoved, onShowUnread() {} };
  const page = (
    <LanguageProvider>
      <BaseProvider>
        <QueryClientProvider client={new QueryClient()}>
          <TextsOf role="work">
            <ToastProvider>
              <Composer ref={handle} ticket={ticket} reading={reading} onTyping={() => {}} />
            </ToastProvider>
          </TextsOf>
        </QueryClientProvider>
      </BaseProvider>
    </LanguageProvider>
  );
  render(page);
  await screen.findAllByRole("tab");
  return handle;
}

beforeEach(() => {
  ticketId = crypto.randomUUID();
  sessionStorage.clear();
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

it("opens nothing by itself", async () => {
  await open();
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.getAllByRole("tab").map((tab) => tab.getAttribute("aria-selected"))).toEqual(["false", "false"]);
});

it("sends a reply as a reply only, and stays with replies", async () => {
  await open();
  const user = userEvent.setup();
  await user.click(screen.getByRole("tab", { name: "Reply" }));
  await user.type(screen.getByRole("textbox", { name: "Reply to Ana Ruiz" }), "Hello");
  await user.click(screen.getByRole("button", { name: "Send to Ana Ruiz" }));
  await waitFor(() => expect(screen.getByRole("textbox", { name: "Reply to Ana Ruiz" })).toHaveProperty("value", ""));
  expect(sendReply).toHaveBeenCalledOnce();
  expect(sendReply.mock.calls[0]![0]).toMatchObject({ ticketId, body: "Hello", seen: "m1", status: null, files: [] });
  expect(addNote).not.toHaveBeenCalled();
  expect(screen.getByRole("tab", { name: "Reply" }).getAttribute("aria-selected")).toBe("true");
});

it("adds a note as a note only, and stays with notes, also after a reload", async () => {
  await open();
  const user = userEvent.setup();
  await user.click(screen.getByRole("tab", { name: "Internal note" }));
  await user.type(
    screen.getByRole("textbox", { name: "Internal note, not for Ana Ruiz" }),
    "for us{Control>}{Enter}{/Control}",
  );
  await waitFor(() => expect(addNote).toHaveBeenCalledOnce());
  expect(addNote.mock.calls[0]![0]).toMatchObject({ ticketId, body: "for us", files: [] });
  expect(sendReply).not.toHaveBeenCalled();
  expect(screen.queryByRole("button", { name: /Send/ })).toBeNull();
  cleanup();
  await open();
  expect(screen.getByRole("tab", { name: "Internal note" }).getAttribute("aria-selected")).toBe("true");
});

it("sends one message for two clicks, and the next one has an id of its own", async () => {
  await open();
  const user = userEvent.setup();
  await user.click(screen.getByRole("tab", { name: "Reply" }));
  for (const text of ["One", "Two"]) {
    await user.type(await screen.findByRole("textbox", { name: "Reply to Ana Ruiz" }), text);
    await user.dblClick(screen.getByRole("button", { name: "Send to Ana Ruiz" }));
    await waitFor(() => expect(screen.getByRole("textbox", { name: "Reply to Ana Ruiz" })).toHaveProperty("value", ""));
  }
  const ids = sendReply.mock.calls.map(([reply]) => (reply as { id: string }).id);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(2);
});

it("opens a closed ticket with the reply, and says so", async () => {
  await open({ status: "closed" });
  const user = userEvent.setup();
  await user.click(screen.getByRole("tab", { name: "Reply" }));
  await user.type(screen.getByRole("textbox", { name: "Reply to Ana Ruiz" }), "Again");
  await user.click(screen.getByRole("button", { name: "Send to Ana Ruiz and reopen" }));
  await waitFor(() => expect(sendReply).toHaveBeenCalledOnce());
  expect(sendReply.mock.calls[0]![0]).toMatchObject({ status: "open" });
});

it("puts a text into an empty reply, and at the cursor of one that has text", async () => {
  const handle = await open();
  const user = userEvent.setup();
  await user.click(screen.getByRole("tab", { name: "Reply" }));
  handle.current!.insert("Dear Ana");
  const area = await screen.findByDisplayValue("Dear Ana");
  await user.type(area, "!", { initialSelectionStart: 8 });
  handle.current!.insert(" Yours");
  expect(await screen.findByDisplayValue("Dear Ana! Yours")).toBe(area);
});

it("refuses a text that is too long for a message, with the numbers", async () => {
  await open();
  const user = userEvent.setup();
  await user.click(screen.getByRole("tab", { name: "Reply" }));
  await user.click(screen.getByRole("textbox"));
  await user.paste("x".repeat(100_001));
  await screen.findByText(/100,001 characters; there is room for 100,000/);
  expect(screen.getByRole("textbox")).toHaveProperty("value", "");
});
