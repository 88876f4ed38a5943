/** A long list: 10,000 tickets. */
import type { Page } from "playwright-core";
import { eventually, expect, expectEqual, story } from "./harness.ts";

const drawn = (page: Page) => page.getByRole("grid").getByRole("row").count();

story(
  "ten thousand tickets: scroll, filter, select 200, change them, 3 are refused",
  { world: "many", night: true },
  async (told) => {
    const { world, open, api, expectAccessible, screenshot } = told;
    const page = await open(world.people.ana, "/queue?view=open&sort=-created_at");
    const grid = page.getByRole("grid");
    await grid.getByRole("row", { name: /Parcel 1 / }).waitFor();
    expect(await drawn(page) < 100, "only what is on the screen is drawn");

    // Down through several pages: the rows come, and few are drawn.
    await grid.focus();
    const far = grid.getByRole("row", { name: /Parcel (1[5-9]\d|2\d\d) / }).first();
    await eventually("the list goes on at its end", async () => {
      expectEqual(await grid.getAttribute("aria-rowcount"), "-1", "the list has no end yet");
      await page.keyboard.press("End");
      return await far.isVisible();
    });
    expect(await drawn(page) < 100, "only what is on the screen is drawn");
    await page.keyboard.press("Home");
    await grid.getByRole("row", { name: /Parcel 1 / }).waitFor();

    // 200 with the keyboard.
    await page.keyboard.press("x");
    for (let count = 2; count <= 200; count++) await page.keyboard.press("Shift+J");
    await page.getByText("200 selected").waitFor();
    expect(await drawn(page) < 100, "only what is on the screen is drawn");

    // Three of them go to another team before the change is sent.
    const numbers = [3, 50, 150];
    for (const number of numbers) {
      const [ticket] = await api("system").rows("tickets", `number=eq.${number}&select=ticket_id`);
      await api("system").rpc("transfer_ticket", { ticket_id: ticket.ticket_id, team_id: world.teams.Billing });
    }
    await page.keyboard.press("s");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "New value" }).selectOption("resolved");
    await expectAccessible(page, "the bulk dialog");
    await screenshot(page, "bulk-plan");
    await dialog.getByRole("button", { name: /Change 200 tickets/ }).click();
    await dialog.getByText("197 done, 3 refused.").waitFor({ timeout: 60_000 });
    await dialog.getByRole("button", { name: "Try 3 again" }).waitFor();
    await screenshot(page, "bulk-results");
    const resolved = await api("system").rows("tickets", "status=eq.resolved&select=number&order=number");
    const wanted = Array.from({ length: 200 }, (_, index) => index + 1).filter((number) => !numbers.includes(number));
    expectEqual(resolved.map(({ number }) => number), wanted, "resolved tickets");
    await dialog.getByRole("button", { name: "Done" }).click();

    // The filter narrows the 10,000 to none, and to those that were changed.
    const box = page.getByRole("combobox", { name: "Filter" });
    await box.fill("team:Billing status:open");
    await box.press("Enter");
    await page.getByText("No ticket matches").waitFor();
    await box.fill("status:resolved");
    await box.press("Enter");
    await grid.getByRole("row", { name: /Parcel 1 .*Resolved/ }).waitFor();
  },
);
