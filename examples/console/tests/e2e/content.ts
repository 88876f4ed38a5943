/** Texts that somebody wrote to do harm, or that are only unusual: drawn as text, whole, and without a request. */
import type { Page } from "playwright-core";
import { eventually, expect, expectEqual, story } from "./harness.ts";
import { overflowing, settled } from "./pages_support.ts";

const HARMFUL = [
  "<script>window.harmed = 1</script>",
  "<img src=x onerror='window.harmed = 1'>",
  "<svg onload='window.harmed = 1'></svg>",
  "<iframe srcdoc='<script>parent.harmed = 1</script>'></iframe>",
  "<style>* { display: none }</style>",
  "<form action='https://evil.example'><button>Sign in</button></form>",
  "[click](javascript:window.harmed=1)",
  "[click too](JaVaScRiPt&#58;window.harmed=1)",
  "[data](data:text/html,<script>window.harmed=1</script>)",
  "![tracker](https://evil.example/pixel.png)",
  "![inline](data:image/svg+xml,<svg onload='window.harmed=1'/>)",
  "[https://bank.example](https://evil.example/)",
  "still here",
].join("\n\n");

const LONG = "x".repeat(100_000);
const ARABIC = "لم تصل الطابعة بعد، والرقم هو 17-A (انظر https://example.com/طابعة).";

story("a harmful message is drawn as text for staff", async ({ world, open, api }) => {
  const mei = api(world.people.mei);
  const { ticket_id } = await mei.rpc("create_ticket", { title: HARMFUL.slice(0, 200), description: HARMFUL });
  await mei.rpc("send_reply", { ticket_id, body: LONG });
  await mei.rpc("send_reply", { ticket_id, body: HARMFUL });
  const page = await open(world.people.ada, "/queue?view=open");
  const requests = foreign(page, world.url);
  await page.getByRole("row", { name: /script/ }).waitFor();
  await page.goto(`/tickets/${ticket_id}`);
  await inert(page, requests);

  // A link that shows another address than it has says so.
  await page.getByText("[evil.example]").first().waitFor();
  const link = page.getByRole("link", { name: "https://bank.example" }).first();
  expectEqual(await link.getAttribute("rel"), "noopener noreferrer nofollow ugc", "rel");
  // An image is loaded when somebody asks, and then the policy of this host still forbids it.
  expect(await page.getByRole("button", { name: /Show/ }).count() > 0, "images wait for a click");
});

story(
  "a text in Arabic on a phone, dark and compact",
  { night: true },
  async ({ world, open, api, expectAccessible, screenshot }) => {
    const mei = api(world.people.mei);
    const { ticket_id } = await mei.rpc("create_ticket", { title: ARABIC, description: `${ARABIC} `.repeat(40) });
    await mei.rpc("send_reply", { ticket_id, body: ARABIC });
    const options = { width: 390, height: 844, theme: "dark", preferences: { density: "compact" } } as const;
    const page = await open(world.people.ada, `/tickets/${ticket_id}`, options);
    await page.getByText(ARABIC).first().waitFor();
    await settled(page);
    const body = page.getByRole("article").getByText(ARABIC).first();
    expectEqual(await body.evaluate((element) => getComputedStyle(element).direction), "rtl", "direction of the text");
    expectEqual(await overflowing(page), [], "what is too wide");
    await expectAccessible(page);
    await screenshot(page, "arabic");
    await page.evaluate(() => document.documentElement.dir = "rtl");
    expectEqual(await overflowing(page), [], "what is too wide from right to left");
  },
);

/** Requests to anybody but the console and the helpdesk. */
function foreign(page: Page, api: string): string[] {
  const found: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (/^https?:/.test(url) && !url.startsWith(api) && !url.startsWith(new URL(page.url()).origin)) found.push(url);
  });
  return found;
}

async function inert(page: Page, requests: string[]): Promise<void> {
  const messages = page.getByText("still here");
  await eventually("both texts are drawn", async () => await messages.count() === 2);
  await settled(page);
  expectEqual(await page.evaluate(() => (window as unknown as { harmed?: number }).harmed ?? null), null, "harm");
  expectEqual(requests, [], "requests to others");
  const found = page.locator("article");
  for (
    const what of [
      "script",
      "iframe",
      "svg[onload]",
      "style",
      "form",
      'a[href^="javascript" i]',
      'a[href^="data:"]',
      "img",
    ]
  ) {
    expectEqual(await found.locator(what).count(), 0, what);
  }
  expectEqual(await overflowing(page), [], "what is too wide");
}
