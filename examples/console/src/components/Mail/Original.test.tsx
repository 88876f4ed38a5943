// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import type { TicketMail } from "../../lib/inboundMail.ts";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 20_000 });

const none = {
  html: null,
  has_html: false,
  remote_images: 0,
  shows_remote_images: false,
  missing_images: 0,
  is_cut: false,
};
const readMailHtml = vi.fn((_id: string, _withImages: boolean) => Promise.resolve<unknown>(none));
vi.mock("../../services/inboundMail.ts", () => ({ readMailHtml }));
vi.mock("../../contexts/PreferencesContext.tsx", () => ({ usePreferences: () => ({ language: "en" }) }));
const { LanguageProvider, TextsOf } = await import("../../contexts/LanguageContext.tsx");
const { Original } = await import("./Original.tsx");

function show(mail: Partial<TicketMail>) {
  return render(
    <LanguageProvider>
      <QueryClientProvider client={new QueryClient()}>
        <TextsOf role="mail">
          <Original mail={{ inbound_id: "m1", has_html: true, ...mail } as TicketMail} />
        </TextsOf>
      </QueryClientProvider>
    </LanguageProvider>,
  );
}

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

it("asks for nothing before somebody wants the mail, and for pictures of others only on request", async () => {
  readMailHtml.mockImplementation((_id, withImages) =>
    Promise.resolve({ ...none, html: "<p>x</p>", has_html: true, remote_images: 2, shows_remote_images: withImages })
  );
  show({});
  const button = await screen.findByRole("button", { name: "Show original" });
  expect(readMailHtml).not.toHaveBeenCalled();
  await userEvent.click(button);
  const frame = await screen.findByTitle("The mail as it came");
  expect([frame.getAttribute("sandbox"), frame.getAttribute("src")]).toEqual(["allow-scripts", "/mail.html"]);
  await userEvent.click(screen.getByRole("button", { name: "Load remote images (2)" }));
  expect(readMailHtml.mock.calls).toEqual([["m1", false], ["m1", true]]);
  await vi.waitFor(() => expect(screen.queryByRole("button", { name: /Load remote/ })).toBeNull());
});

it("says why there is nothing to show", async () => {
  show({});
  readMailHtml.mockResolvedValueOnce({ ...none, has_html: null });
  await userEvent.click(await screen.findByRole("button", { name: "Show original" }));
  await screen.findByText(/was not read yet/);
  cleanup();
  show({ has_html: false });
  expect(screen.queryByRole("button")).toBeNull();
});
