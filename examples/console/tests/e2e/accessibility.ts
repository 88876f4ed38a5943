/** axe-core in the page, with every rule of WCAG 2.2 A and AA. */
import axe from "axe-core";
import type { Page } from "playwright-core";

// `target-size` runs only when its tag is asked for.
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** A line for each element that breaks a rule. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(`window.axe || (${"function () {"}${axe.source}${"}"}).call(window)`);
  return await page.evaluate(async (tags) => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return violations.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} ${node.failureSummary?.replace(/\s+/g, " ")}`)
    );
  }, TAGS);
}
