/** The pictures of docs/console.md: scripts/console_pictures.py starts it, with the demo's helpdesk. */
import type { Page } from "playwright-core";
import { settled } from "./pages_support.ts";
import { type OpenOptions, Visitors } from "./visitors.ts";
import type { Person } from "./world.ts";

type Given = { url: string; key: string; people: Record<"customer" | "agent" | "admin", Person>; folder: string };

const given: Given = JSON.parse(Deno.env.get("HELPDESK_PICTURES")!);
const visitors = await Visitors.arrive({ ...given, secret_key: "", teams: {}, tickets: {} } as never);

async function take(
  name: string,
  role: keyof Given["people"],
  path: string,
  options: OpenOptions = {},
  act: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const page = await visitors.open(given.people[role], path, { width: 1280, height: 800, ...options });
  await settled(page);
  await act(page);
  await settled(page);
  await page.screenshot({ path: `${given.folder}/${name}.png` });
}

const openFirst = async (page: Page) => {
  await page.getByRole("grid").getByRole("row").first().click();
  await page.waitForURL(/\/tickets\//);
  await page.getByRole("region", { name: "Conversation" }).getByRole("article").first().waitFor();
};

await take("queue", "agent", "/queue?view=open");
await take("ticket", "agent", "/queue?view=mine", {}, async (page) => {
  await openFirst(page);
  await page.keyboard.press("n");
  await page.keyboard.type("The heating element is corroded: a new one is on its way.");
});
await take("dark", "agent", "/dashboard", { theme: "dark" });
await visitors.leave();
Deno.exit(0);
