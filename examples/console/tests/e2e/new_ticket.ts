import type { Page } from "playwright-core";
import { eventually, expectEqual, story } from "./harness.ts";

/** The drafts on this device, as a text. */
function kept(page: Page): Promise<string> {
  return page.evaluate(() =>
    new Promise<string>((done, fail) => {
      const opening = indexedDB.open("helpdesk-drafts");
      opening.onerror = () => fail(opening.error);
      opening.onsuccess = () => {
        const all = opening.result.transaction("drafts").objectStore("drafts").getAll();
        all.onsuccess = () => done(JSON.stringify(all.result));
      };
    })
  );
}

story("an agent opens a ticket for a new customer; what was typed survives a reload", { night: true }, async ({
  world,
  open,
  api,
  expectAccessible,
  screenshot,
}) => {
  const page = await open(world.people.ana, "/tickets/new");
  await page.getByRole("combobox", { name: "Requester" }).fill("zoe@example.com");
  await page.getByRole("option", { name: "New customer: zoe@example.com" }).click();
  await page.getByLabel("Name of the new customer").fill("Zoe Adams");
  await page.getByRole("textbox", { name: "Title" }).fill("Lost password");
  await page.getByLabel("First message").fill("She called twice.");
  await expectAccessible(page);
  await screenshot(page, "new-ticket");
  await eventually("the form is kept", async () => (await kept(page)).includes("She called twice."));
  await page.reload();
  await eventually(
    "the title is there again",
    async () => await page.getByRole("textbox", { name: "Title" }).inputValue() === "Lost password",
  );
  await page.getByLabel("Tags").fill("Login, phone");
  await page.getByRole("checkbox", { name: "Assign to me" }).check();
  await page.getByRole("button", { name: "Create the ticket" }).dblclick();
  await page.waitForURL(/\/tickets\/[0-9a-f]{8}-/);
  await page.getByRole("heading", { name: "Lost password" }).waitFor();

  const found = await api("system").rows(
    "tickets",
    "select=title,channel,assigned_to,users!tickets_created_by_fkey(name)&title=eq.Lost%20password",
  );
  expectEqual(found, [{
    title: "Lost password",
    channel: "phone",
    assigned_to: world.people.ana.user_id,
    users: { name: "Zoe Adams" },
  }], "one ticket, of the new customer");
});

story(
  "a form that is incomplete says what is missing, and puts the focus there",
  { night: true },
  async ({ world, open }) => {
    const page = await open(world.people.ana, "/tickets/new");
    await page.getByRole("textbox", { name: "Title" }).fill("Lost password");
    await page.getByRole("button", { name: "Create the ticket" }).click();
    await page.getByText("Fill this in.").waitFor();
    await eventually(
      "the requester has the focus",
      () => page.getByRole("combobox", { name: "Requester" }).evaluate((element) => element === document.activeElement),
    );
    await page.keyboard.type("mei@");
    await page.getByRole("option", { name: "Mei Tanaka" }).click();
    await page.getByRole("button", { name: "Create the ticket" }).click();
    await page.getByRole("heading", { name: "Lost password" }).waitFor();
  },
);
