/** The pictures of docs/console.md: scripts/console_pictures.py starts it, with the demo's helpdesk. */
import type { Page } from "playwright-core";
import { api } from "./api.ts";
import { settled } from "./pages_support.ts";
import { type OpenOptions, Visitors } from "./visitors.ts";
import type { Person } from "./world.ts";

type Given = {
  url: string;
  key: string;
  secret_key: string;
  people: Record<"customer" | "agent" | "admin", Person>;
  folder: string;
};

const given: Given = JSON.parse(Deno.env.get("HELPDESK_PICTURES")!);
const world = { ...given, teams: {}, tickets: {} } as never;
const visitors = await Visitors.arrive(world);

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
await receiveMails();
await take("quarantine", "admin", "/quarantine", {}, async (page) => {
  await page.getByRole("article").first().getByText("Evidence", { exact: true }).click();
});
await take("dark", "agent", "/dashboard", { theme: "dark" });
await visitors.leave();
Deno.exit(0);

/** A mail that opens a ticket, and two that wait for a person. */
async function receiveMails(): Promise<void> {
  const support = "support@acme.example", first = "q1@lamp.example";
  await api(world, given.people.admin).insert("email_channels", { address: support });
  await receive("dana@lamp.example", "pass", { message_id: first, subject: "The lamp flickers", text: "It flickers." });
  await receive("eve@elsewhere.example", "none", {
    in_reply_to: [first],
    subject: "Re: The lamp flickers",
    text: "Please send the new lamp to my address instead.",
  });
  await receive("billing@bank.example", "fail", { subject: "Your invoice", text: "Please pay today." });

  async function receive(sender: string, result: string, mail: Record<string, unknown>): Promise<void> {
    const to = [{ name: "", address: support }], from = [{ name: "", address: sender }];
    const raw_sha256 = [...crypto.getRandomValues(new Uint8Array(32))].map((byte) =>
      byte.toString(16).padStart(2, "0")
    );
    const envelope = { from: sender, to: [support] };
    const system = api(world, "system");
    const arrived = { source: "raw", raw_sha256: raw_sha256.join(""), size: 2_048, envelope };
    const { inbound_id } = await system.rpc("receive_email", arrived);
    const verdict = { result, source: "own", detail: "" };
    await system.rpc("ingest_email", {
      inbound_id,
      mail: { from, to, verdict, headers: {}, attachments: [], ...mail },
    });
  }
}
