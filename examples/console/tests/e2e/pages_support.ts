/** What stories ask of a whole page. */
import type { Page } from "playwright-core";
import { eventually } from "./harness.ts";

/** Nothing is being loaded any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator("main, form").first().waitFor();
  await page.waitForLoadState("networkidle");
  await eventually("the page is loaded", async () => await page.locator('[aria-busy="true"]').count() === 0);
}

/** What was changed is on the screen. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** What makes the page wider than the screen. */
export async function overflowing(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const main = document.querySelector("main");
    const found = [];
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} px wide`);
    if (main && main.scrollWidth > main.clientWidth) found.push(`main is ${main.scrollWidth} px wide`);
    return found;
  });
}
