/** A new build is published while people work: nothing that was typed is lost. */
import { expect, expectEqual, story, valueIn } from "./harness.ts";

story("a new build while a draft is there: no reload, and a sentence", async ({ world, open, deploy, allow }) => {
  // Files of the old build are gone: the page that needs them fails, in its own pane.
  allow(/status of 404/, /reading 'default'/);
  const page = await open(world.people.ana, `/tickets/${world.tickets.parcel.ticket_id}`);
  await page.getByText("I have asked the carrier.").first().waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("Half a sentence");
  await page.getByText("Draft kept on this device").waitFor();
  await page.evaluate(() => (window as unknown as { same: boolean }).same = true);
  deploy();
  await page.getByRole("link", { name: "Knowledge" }).click();
  await page.getByText("A new version is here.").first().waitFor();
  expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same), "the page was reloaded");
  await page.goBack();
  const editor = page.getByRole("textbox", { name: "Reply to Mei Tanaka" });
  await editor.waitFor();
  expectEqual(await valueIn(editor), "Half a sentence", "the draft");
});
