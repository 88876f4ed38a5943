/** The customer's portal from right to left: mirrored, whole, accessible, and each text in its own direction. */
import type { Page } from "playwright-core";
import { eventually, expect, expectEqual, type Story, story } from "./harness.ts";
import { overflowing, painted, settled } from "./pages_support.ts";

const ARABIC = "لم يصل الطرد بعد";

story("the portal from right to left, on a phone and on a desk", { night: true }, async (told) => {
  const { world, open, api, expectAccessible, screenshot } = told;
  const { articleId, ticketId } = await write(told);
  const page = await open(world.people.mei, "/settings");
  // As the file does that runs before the first paint, for a language that is written so.
  await page.addInitScript(() =>
    new MutationObserver(() => {
      const root = document.documentElement;
      if (root && root.dir !== "rtl") root.dir = "rtl";
    }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["dir"] })
  );
  const paths = ["/requests", `/requests/${ticketId}`, "/requests/new", "/help", `/help/${articleId}`, "/settings"];
  const wrong: string[] = [];
  for (const path of paths) {
    for (const [width, height] of [[1440, 900], [390, 844], [320, 640]] as const) {
      await page.setViewportSize({ width, height });
      await page.goto(path);
      await settled(page);
      await painted(page);
      expectEqual(await page.evaluate(() => document.documentElement.dir), "rtl", "direction of the page");
      wrong.push(...(await overflowing(page)).map((what) => `${path} at ${width} px: ${what}`));
      if (width === 320) continue;
      await expectAccessible(page, `${path} at ${width} px`).catch((error) => wrong.push(error.message));
      await screenshot(page, `rtl${path.replace(/\W+/g, "-").slice(0, 20)}-${width}`);
    }
  }
  expectEqual(wrong, [], "what is wrong from right to left");

  // The page is mirrored: the navigation is at the right, and what the customer wrote stands where the reading ends.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`/requests/${ticketId}`);
  await settled(page);
  const navigation = (await page.getByRole("navigation").first().boundingBox())!;
  const main = (await page.getByRole("main").boundingBox())!;
  expect(navigation.x > main.x, "the navigation is at the right");
  const [own, theirs] = await Promise.all([middleOf(page, ARABIC), middleOf(page, "It comes on Thursday.")]);
  expect(own < theirs, `own messages at the left (${own}), answers at the right (${theirs})`);

  // A text has the direction of its own letters.
  const direction = (text: string) =>
    page.getByRole("article").getByText(text).first().evaluate((element) => getComputedStyle(element).direction);
  expectEqual([await direction(ARABIC), await direction("It comes on Thursday.")], ["rtl", "ltr"], "directions");
  const box = page.getByLabel("Write a message");
  await box.fill("Thank you");
  expectEqual(await box.evaluate((area) => getComputedStyle(area).direction), "ltr", "an English message");
  await box.fill(ARABIC);
  expectEqual(await box.evaluate((area) => getComputedStyle(area).direction), "rtl", "an Arabic message");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await eventually(
    "the message is stored",
    async () => (await api(world.people.mei).rows("messages", `ticket_id=eq.${ticketId}`)).length === 3,
  );
});

async function write({ world, api }: Story): Promise<{ ticketId: string; articleId: string }> {
  const { ada, ana, mei } = world.people;
  const { ticket_id } = await api(mei).rpc("create_ticket", {
    title: `${ARABIC} 17-A`,
    description: `${ARABIC} https://example.com/parcel `.repeat(20),
    team_id: world.teams.Support,
  });
  const { message_id } = await api(mei).rpc("send_reply", { ticket_id, body: ARABIC });
  await api(ana).rpc("send_reply", { ticket_id, body: "It comes on Thursday.", expected_last_message: message_id });
  const body = `# ${ARABIC}\n\n- ${ARABIC}\n- Second\n\n> ${ARABIC}\n\n| ${ARABIC} | b |\n|---|---|\n| 1 | 2 |\n`;
  const { article_id } = await api(ada).rpc("save_article", { slug: "parcel", title: ARABIC, body });
  await api(ada).rpc("publish_article", { article_id });
  return { ticketId: ticket_id, articleId: article_id };
}

async function middleOf(page: Page, text: string): Promise<number> {
  const article = page.getByRole("article").filter({ hasText: new RegExp(`${text}\\s*$`) }).last();
  const box = (await article.boundingBox())!;
  return box.x + box.width / 2;
}
