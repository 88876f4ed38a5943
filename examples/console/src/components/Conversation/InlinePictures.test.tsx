// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { HelpdeskError } from "../../lib/errors.ts";
import type { Attachment } from "../../lib/models.ts";

const pictureAddress = vi.fn<(file: unknown) => Promise<string>>();
const downloadAddress = vi.fn((_file: unknown) => Promise.reject(new Error("It is gone")));
vi.mock("../../services/attachments.ts", () => ({ pictureAddress, downloadAddress }));
vi.mock("../../contexts/PreferencesContext.tsx", () => ({ usePreferences: () => ({ language: "en" }) }));
const { LanguageProvider } = await import("../../contexts/LanguageContext.tsx");
const { Markdown, ToastProvider, BaseProvider } = await import("../Shared/index.ts");
const { InlinePictures } = await import("./InlinePictures.tsx");

const file = {
  attachment_id: "a1",
  ticket_id: "t1",
  file_name: "plan.png",
  content_type: "image/png",
  size: 10,
  state: "clean",
} as Attachment;

function open() {
  render(
    <LanguageProvider>
      <BaseProvider>
        <ToastProvider>
          <InlinePictures files={[file]}>
            <Markdown text="See ![plan](attachment:plan.png)" />
          </InlinePictures>
        </ToastProvider>
      </BaseProvider>
    </LanguageProvider>,
  );
}

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

it("shows the file's name and the reason where Storage refuses the picture", async () => {
  pictureAddress.mockRejectedValue(new HelpdeskError({ message: "Object not found", status: 404 }));
  open();
  await screen.findByText("The picture cannot be shown: Object not found", {}, { timeout: 15_000 });
  expect(screen.queryByRole("img")).toBeNull();
  await userEvent.setup().click(screen.getByRole("button", { name: /plan\.png/ }));
  await waitFor(() => expect(downloadAddress).toHaveBeenCalledOnce());
  expect((await screen.findAllByText("It is gone")).length).toBeGreaterThan(0);
});

it("does so where the browser cannot draw what came", async () => {
  pictureAddress.mockResolvedValue("https://storage.example/plan");
  open();
  fireEvent.error(await screen.findByRole("img", { name: "plan.png" }, { timeout: 15_000 }));
  await screen.findByText("The picture cannot be shown: The browser cannot draw it.");
  expect(screen.getByRole("button", { name: /plan\.png/ }).textContent).toBe("plan.png");
});
