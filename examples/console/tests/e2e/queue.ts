import type { Page } from "playwright-core";
import { eventually, expectEqual, story } from "./harness.ts";

/** The number of the row that keys act on. */
async function currentRow(page: Page): Promise<string> {
  const id = await page.getByRole("grid").getAttribute("aria-activedescendant");
  return id ? await page.locator(`[id="${id}"]`).getByText(/^#\d+$/).innerText() : "";
}

story("an event of a ticket costs a request or two, however deep the list is", { world: "many", night: true }, async ({
  world,
  open,
  api,
}) => {
  const page = await open(world.people.ada, "/queue?q=status%3Aopen&sort=-created_at");
  const grid = page.getByRole("grid");
  await grid.getByText("Parcel 1", { exact: true }).waitFor();
  for (let times = 0; times < 12; times++) {
    const before = await grid.evaluate((element) => element.scrollHeight);
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await eventually("more rows", async () => await grid.evaluate((element) => element.scrollHeight) > before);
  }
  await grid.evaluate((element) => element.scrollTo(0, 0));
  const isUrgent = (number: number) =>
    grid.getByRole("row").filter({ hasText: `#${number}Parcel` }).getByRole("img", { name: "Urgent" }).first()
      .waitFor();
  // The first one shows that the connection is there.
  await api(world.people.ben).update("tickets", "number=eq.1", { priority: "urgent" });
  await isUrgent(1);
  const requests: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/rpc/query_tickets")) requests.push(request.postData() ?? "");
  });
  await api(world.people.ben).update("tickets", "number=eq.2", { priority: "urgent" });
  await isUrgent(2);
  expectEqual(requests.length, 1, `requests for one changed ticket of 650: ${requests.join()}`);
});

story("the list by keys: open a ticket, come back to the same row, take the next one, leave with g q", async ({
  world,
  open,
  api,
}) => {
  const page = await open(world.people.ana, "/queue?view=open");
  const grid = page.getByRole("grid");
  await grid.getByText("Where is my parcel?").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const row = await currentRow(page);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/tickets\/[0-9a-f]{8}-/);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.goBack();
  await grid.waitFor();
  await eventually("the same row", async () => await currentRow(page) === row);

  // The end of `g q` is no `q`: nothing is taken.
  await page.keyboard.press("g");
  await page.keyboard.press("q");
  await page.waitForURL((url: URL) => url.pathname === "/queue" && url.search === "");
  const assigned = () => api("system").rows("tickets", `select=number&assigned_to=eq.${world.people.ana.user_id}`);
  await page.getByRole("grid").getByText(world.tickets.printer!.title).waitFor();
  expectEqual((await assigned()).length, 1, "tickets of Ana");

  await page.keyboard.press("q");
  await page.waitForURL(new RegExp(world.tickets.printer!.ticket_id));
  expectEqual((await assigned()).length, 2, "tickets of Ana");
});

story(
  "a change of two tickets by keys that the database refuses",
  { night: true },
  async ({ world, open, api, expectAccessible }) => {
    const page = await open(world.people.ana, "/queue?view=open");
    await page.getByText("Where is my parcel?").waitFor();
    await expectAccessible(page);
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("Shift+J");
    await page.getByText("2 selected").waitFor();
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: "Change 2 tickets" });
    await dialog.getByRole("combobox", { name: "New value" }).fill("ben");
    await page.getByRole("option", { name: "Ben Okafor" }).click();
    await dialog.getByText("2 would change, 0 stay as they are, 0 are not possible.").waitFor();
    await expectAccessible(page, "the plan of a change");
    await api("system").rpc("deactivate_user", { user_id: world.people.ben.user_id });
    await dialog.getByRole("button", { name: "Change 2 tickets" }).click();
    await dialog.getByText("0 done, 2 refused.").waitFor();
    await dialog.getByText("There is no such active agent.").first().waitFor();
    await expectAccessible(page, "the results of a change");
    await dialog.getByRole("button", { name: "Done" }).click();
  },
);

story(
  "a saved view is made, changed, shared and deleted",
  { night: true },
  async ({ world, open, api, expectAccessible }) => {
    const page = await open(world.people.ana, "/queue?q=status%3Aopen%20printer");
    await page.getByRole("button", { name: "Save as a view" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Printers");
    await expectAccessible(page, "the window of a view");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("View: Printers").waitFor();
    expectEqual(await page.getByRole("combobox", { name: "Filter" }).inputValue(), "status:open printer", "the filter");

    // Another filter is a change of the view, saved when one says so.
    await page.getByRole("combobox", { name: "Filter" }).fill('status:open,pending "on fire"');
    await page.keyboard.press("Enter");
    await page.getByText("View: Printers, changed and not saved").waitFor();
    await page.getByRole("button", { name: "Change this view" }).click();
    await dialog.getByLabel("Name").fill("Printers that burn");
    await dialog.getByLabel("For").selectOption({ label: "The team Support" });
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("View: Printers that burn").waitFor();
    const [view] = await api("system").rows("views", "select=name,audience,tree");
    expectEqual(view, {
      name: "Printers that burn",
      audience: "team",
      tree: {
        all: [{ op: "is", field: "status", value: ["open", "pending"] }, { text: "on fire", match: "phrase" }],
      },
    }, "the view");

    const ben = await open(world.people.ben, "/queue");
    await ben.getByRole("link", { name: /Printers that burn/ }).click();
    await ben.getByRole("grid").getByText("The printer is on fire").waitFor();

    await page.getByRole("button", { name: "Delete this view" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete this view" }).click();
    await eventually("the view is gone", async () => (await api("system").rows("views")).length === 0);
  },
);
