// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { HelpdeskError } from "../../lib/errors.ts";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 20_000 });

const settings = {
  email_acknowledgements: "email",
  email_notifications: ["assigned"],
  email_batch_minutes: 5,
  email_max_per_minute: 60,
  email_reopen_days: 14,
  email_tickets_per_sender: 30,
  email_tickets_per_known_sender: 120,
  email_tickets_per_domain: 100,
  email_tickets_per_channel: 300,
  email_reply_line: true,
  email_locale: "en",
  console_url: null,
};
const changeMailSettings = vi.fn((_changes: unknown) => Promise.resolve());
vi.mock("../../services/mailSettings.ts", () => ({
  readMailSettings: () => Promise.resolve(settings),
  changeMailSettings,
}));
vi.mock("../../services/mailTexts.ts", () => ({ listTemplates: () => Promise.resolve([{ locale: "pt-BR" }]) }));
vi.mock("../../contexts/PreferencesContext.tsx", () => ({ usePreferences: () => ({ language: "en" }) }));
const { LanguageProvider, TextsOf } = await import("../../contexts/LanguageContext.tsx");
const { ToastProvider } = await import("../Shared/index.ts");
const { MailSettings } = await import("./MailSettings.tsx");

async function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LanguageProvider>
        <TextsOf role="admin">
          <ToastProvider>
            <MailSettings />
          </ToastProvider>
        </TextsOf>
      </LanguageProvider>
    </QueryClientProvider>,
  );
  const minutes = await screen.findByLabelText("Collect replies of a requester (minutes)");
  return { minutes, save: screen.getByRole("button", { name: "Save" }) as HTMLButtonElement, user: userEvent.setup() };
}

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

it("sends what was changed, and nothing before", async () => {
  const { minutes, save, user } = await show();
  expect(save.disabled).toBe(true);
  await user.selectOptions(screen.getByLabelText("Acknowledge new tickets"), "none");
  await user.clear(minutes);
  await user.type(minutes, "15");
  await user.click(screen.getByLabelText("They were mentioned in a note"));
  await user.selectOptions(screen.getByLabelText("Language"), "pt-BR");
  await user.click(save);
  expect(changeMailSettings.mock.calls[0]?.[0]).toEqual({
    email_acknowledgements: "none",
    email_notifications: ["assigned", "mentioned"],
    email_batch_minutes: 15,
    email_locale: "pt-BR",
  });
  await screen.findByText("The settings are saved.");
});

it("shows what the database refuses at its field, which has the focus then", async () => {
  const message = "email_batch_minutes must be 0 to 1440";
  changeMailSettings.mockRejectedValueOnce(new HelpdeskError({ message, details: "helpdesk.invalid_value" }));
  const { minutes, user } = await show();
  await user.clear(minutes);
  await user.type(minutes, "9999{Enter}");
  await screen.findByText("Must be 0 to 1440.");
  expect(document.activeElement).toBe(minutes);
  expect(minutes.getAttribute("aria-invalid")).toBe("true");
  expect(screen.queryByRole("alert")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Undo my changes" }));
  expect((minutes as HTMLInputElement).value).toBe("5");
  expect(screen.queryByText("Must be 0 to 1440.")).toBeNull();
});

it("says what is no number before it is sent, and any other error below the form", async () => {
  const { minutes, save, user } = await show();
  await user.clear(minutes);
  await user.type(minutes, "soon");
  expect(screen.getByText("Give a whole number.")).toBeTruthy();
  expect(save.disabled).toBe(true);
  changeMailSettings.mockRejectedValueOnce(new HelpdeskError({ message: "", details: "helpdesk.forbidden" }));
  await user.clear(minutes);
  await user.type(minutes, "7{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("You may not do this.");
});
