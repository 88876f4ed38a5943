// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { HelpdeskError } from "../../lib/errors.ts";
import type { TicketMail } from "../../lib/inboundMail.ts";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 20_000 });

const redactMail = vi.fn((_id: string) => Promise.resolve());
vi.mock("../../services/inboundMail.ts", () => ({ redactMail }));
vi.mock("../../contexts/PreferencesContext.tsx", () => ({ usePreferences: () => ({ language: "en" }) }));
const { LanguageProvider, TextsOf } = await import("../../contexts/LanguageContext.tsx");
const { BaseProvider } = await import("../Shared/index.ts");
const { RedactMail } = await import("./RedactMail.tsx");

const MAIL = { inbound_id: "m1", ticket_id: "t1", post_id: null, redacted_at: null } as TicketMail;

function show(mail: TicketMail) {
  return render(
    <LanguageProvider>
      <BaseProvider>
        <QueryClientProvider client={new QueryClient()}>
          <TextsOf role="mail">
            <p>shown</p>
            <RedactMail mail={mail} />
          </TextsOf>
        </QueryClientProvider>
      </BaseProvider>
    </LanguageProvider>,
  );
}

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

it("removes the text of a mail when somebody has confirmed it", async () => {
  show(MAIL);
  await userEvent.click(await screen.findByRole("button", { name: "Remove the text for good …" }));
  expect(redactMail).not.toHaveBeenCalled();
  await userEvent.click(await screen.findByRole("button", { name: "Remove for good" }));
  await vi.waitFor(() => expect(redactMail.mock.calls).toEqual([["m1"]]));
});

it("says why it could not be removed", async () => {
  redactMail.mockRejectedValueOnce(new HelpdeskError({ message: "It is not yours", hint: "Ask.", status: 403 }));
  show(MAIL);
  await userEvent.click(await screen.findByRole("button", { name: "Remove the text for good …" }));
  await userEvent.click(await screen.findByRole("button", { name: "Remove for good" }));
  expect((await screen.findByRole("alert")).textContent).toBe("It is not yours. Ask.");
});

it.each([{ post_id: "p1" }, { redacted_at: "2026-11-30T00:00:00Z" }])("has nothing to remove of %o", async (given) => {
  show({ ...MAIL, ...given });
  await screen.findByText("shown");
  expect(screen.queryByRole("button")).toBeNull();
});
