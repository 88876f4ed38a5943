// @vitest-environment jsdom
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { IntlProvider } from "use-intl";
import { afterEach, expect, it, vi } from "vitest";
import { HelpdeskError } from "../../lib/errors.ts";
import messages from "../../messages/en.ts";
import { BaseProvider, Button, Combobox, ConfirmDialog, Dialog, ErrorNote, Menu, TextField } from "./index.ts";

afterEach(cleanup);

function show(content: ReactNode) {
  return render(
    <IntlProvider locale="en" messages={messages} timeZone="UTC">
      <BaseProvider>{content}</BaseProvider>
    </IntlProvider>,
  );
}

it("a busy button takes no second click, and its form is not sent again by Enter", async () => {
  const onSubmit = vi.fn((event: React.FormEvent) => event.preventDefault());
  const onClick = vi.fn();
  show(
    <form onSubmit={onSubmit}>
      <TextField label="Title" value="x" onChange={() => {}} />
      <Button type="submit" isBusy onClick={onClick}>Send</Button>
    </form>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  await userEvent.type(screen.getByLabelText("Title"), "{Enter}");
  expect([onSubmit.mock.calls.length, onClick.mock.calls.length]).toEqual([0, 0]);
  expect(screen.getByRole("button").getAttribute("aria-busy")).toBe("true");
});

it("a field is described by its hint, and by its error once there is one", () => {
  const field = { label: "Order", value: "", onChange: () => {}, hint: "On your invoice" };
  const { unmount } = show(<TextField {...field} />);
  const described = () => {
    const id = screen.getByLabelText("Order").getAttribute("aria-describedby");
    return id && document.getElementById(id)?.textContent;
  };
  expect(described()).toBe("On your invoice");
  unmount();
  show(<TextField {...field} error="Write a number." />);
  expect(described()).toBe("Write a number.");
  expect(screen.getByLabelText("Order").getAttribute("aria-invalid")).toBe("true");
});

function WithDialog({ onConfirm }: { onConfirm?: () => Promise<void> }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Open</Button>
      {onConfirm
        ? (
          <ConfirmDialog
            title="Delete it?"
            text="Nobody can undo this."
            confirmLabel="Delete"
            isOpen={isOpen}
            onConfirm={onConfirm}
            onClose={() => setOpen(false)}
          />
        )
        : <Dialog title="Details" isOpen={isOpen} onClose={() => setOpen(false)}>Text</Dialog>}
    </>
  );
}

it("Escape closes a dialog, and the focus is where it was", async () => {
  show(<WithDialog />);
  const opener = screen.getByRole("button", { name: "Open" });
  await userEvent.click(opener);
  await screen.findByRole("dialog", { name: "Details" });
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(opener));
});

it.each(
  [
    ["click", ["click", "key", "button"]],
    ["key", ["key", "button"]],
    ["nothing", ["button"]],
  ] as const,
)("a dialog that is closed by %s: %j", async (closedBy, expected) => {
  const closed: string[] = [];
  let by = "click";
  show(<Dialog title="Details" isOpen closedBy={closedBy} onClose={() => closed.push(by)}>Text</Dialog>);
  await screen.findByRole("dialog");
  await userEvent.click(document.body);
  by = "key";
  await userEvent.keyboard("{Escape}");
  by = "button";
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(closed).toEqual(expected);
});

it("a question stays usable after its action failed", async () => {
  const onConfirm = vi.fn(() => Promise.reject(new Error("no")));
  show(<WithDialog onConfirm={onConfirm} />);
  await userEvent.click(screen.getByRole("button", { name: "Open" }));
  const confirm = await screen.findByRole("button", { name: "Delete" });
  await userEvent.click(confirm);
  await waitFor(() => expect(confirm.getAttribute("aria-busy")).toBeNull());
  await userEvent.click(confirm);
  expect(onConfirm).toHaveBeenCalledTimes(2);
});

it("a menu works with the keyboard alone", async () => {
  const onSelect = vi.fn();
  show(
    <Menu
      trigger={<button type="button">More</button>}
      items={[{ label: "Merge", onSelect: () => {} }, { label: "Split", onSelect }]}
    />,
  );
  await userEvent.tab();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("menuitem", { name: "Merge" });
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(onSelect).toHaveBeenCalledTimes(1);
});

it("a combobox finds an option by its letters", async () => {
  const onChange = vi.fn();
  const options = ["Ana Duarte", "Ben Okafor"].map((label) => ({ label, value: label.slice(0, 3) }));
  show(<Combobox label="Assignee" value={null} options={options} onChange={onChange} />);
  await userEvent.type(screen.getByRole("combobox", { name: "Assignee" }), "okaf");
  await screen.findByRole("option", { name: "Ben Okafor" });
  expect(screen.queryByRole("option", { name: "Ana Duarte" })).toBeNull();
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(onChange).toHaveBeenCalledWith("Ben");
});

it("nothing writes styles into the page: the policy forbids them", async () => {
  show(<WithDialog />);
  await userEvent.click(screen.getByRole("button", { name: "Open" }));
  await screen.findByRole("dialog");
  expect(document.querySelectorAll("style")).toHaveLength(0);
});

it("an error is the console's sentence for its reason, else the database's with its way out", () => {
  const error = (given: Partial<ConstructorParameters<typeof HelpdeskError>[0]>) =>
    new HelpdeskError({ message: "As the database says it.", hint: "The way out.", ...given });
  show(<ErrorNote error={error({ details: "helpdesk.stale_revision" })} />);
  expect(screen.getByRole("alert").textContent).toContain(messages.shared.errors.stale_revision);
  cleanup();
  show(<ErrorNote error={error({ details: "helpdesk.of_a_later_version", status: 400 })} />);
  expect(screen.getByRole("alert").textContent).toContain("As the database says it. The way out.");
});

it.each([
  [{ message: "TypeError: Failed to fetch" }, messages.shared.noConnection],
  [{ message: "canceling statement", code: "57014", status: 500 }, messages.shared.tookTooLong],
  [{ message: "Sorry", details: "helpdesk.invalid_value", hint: "0 to 9.", status: 400 }, "Sorry. 0 to 9."],
  [{ message: "Is that so?", hint: "No.", status: 400 }, "Is that so? No."],
])("%j is said as %s", (given, said) => {
  show(<ErrorNote error={new HelpdeskError(given)} />);
  expect(screen.getByRole("alert").textContent?.trim()).toBe(said);
});
