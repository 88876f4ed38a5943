/**
 * Every page of every role: accessible in both themes, and whole on a phone, in compact rows, and from right to left.
 * By day each page is looked at in one of the themes, on a desk; at night in both, and on a phone.
 */
import type { Page } from "playwright-core";
import { type Story, story } from "./harness.ts";
import { overflowing, painted, settled } from "./pages_support.ts";

const CUSTOMER = ["/requests", "/requests/new", "/requests/:parcel", "/help", "/settings"];
const AGENT = [
  "/dashboard",
  "/queue",
  "/tickets/:parcel",
  "/tickets/:kettle",
  "/tickets/new",
  "/proposals",
  "/quarantine",
  "/knowledge",
  "/knowledge/gaps",
  "/settings",
];
const ADMIN = [
  "people",
  "teams",
  "fields",
  "views",
  "assistant",
  "mail",
  "templates",
  "slack",
  "webhooks",
  "webhooks/:webhook",
  "outbox",
  "health",
  "log",
].map((page) => `/admin/${page}`);

story("every page of a customer", (given) => visit(given, "mei", CUSTOMER));
story("every page of an agent", { world: "outside" }, (given) => visit(given, "ana", AGENT));
story("every page of an admin", { world: "outside" }, (given) => visit(given, "ada", ADMIN));

const THEMES: ("light" | "dark")[] = ["light", "dark"];
const NIGHT = Deno.env.has("HELPDESK_NIGHT");

async function visit(given: Story, person: "mei" | "ana" | "ada", paths: string[]): Promise<void> {
  const { world, open, api, expectAccessible, screenshot } = given;
  const ids: Record<string, string> = {};
  for (const [name, { ticket_id }] of Object.entries(world.tickets)) ids[name] = ticket_id;
  for (const { webhook_id } of await api("system").rows("webhooks")) ids.webhook = webhook_id;
  const page = await open(world.people[person], "/settings");
  const wrong: string[] = [];
  for (const [at, path] of paths.entries()) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(path.replace(/:(\w+)/, (_, name) => ids[name]!));
    await settled(page);
    await screenshot(page, `${person}${path.replace(/\W+/g, "-")}`);
    const themes = NIGHT ? THEMES : [THEMES[at % 2]!];
    await expectAccessible(page, path, themes).catch((error) => wrong.push(error.message));
    await page.setViewportSize({ width: 390, height: 844 });
    await painted(page);
    if (NIGHT) {
      await expectAccessible(page, `${path} at 390 px`, ["light"]).catch((error) => wrong.push(error.message));
    }
    wrong.push(...(await overflowing(page)).map((what) => `${path} at 390 px: ${what}`));
    await turn(page);
    await painted(page);
    await screenshot(page, `${person}${path.replace(/\W+/g, "-")}-rtl`);
    wrong.push(...(await overflowing(page)).map((what) => `${path} at 390 px from right to left: ${what}`));
  }
  if (wrong.length) throw new Error([...new Set(wrong)].join("\n"));
}

async function turn(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.documentElement.dir = "rtl";
    document.documentElement.dataset.density = "compact";
  });
}
