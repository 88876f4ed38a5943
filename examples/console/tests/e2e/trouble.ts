/** What goes wrong around the helpdesk: its address, its key, its version, the clock, the storage. */
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { eventually, expect, expectEqual, story } from "./harness.ts";

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.keyboard.press("Enter");
}

story("a wrong key and wrong addresses: a sentence that says what to do", async ({ world, open, allow }) => {
  allow(/ERR_CONNECTION_REFUSED|Failed to fetch|Failed to load resource|WebSocket/);
  const { key, url } = world;
  const closed = await open(null, "/sign-in", { config: { url: "http://127.0.0.1:9", key } });
  await signIn(closed, world.people.mei);
  await closed.getByText("The helpdesk does not answer. Check your network").waitFor();

  // Another web server than a Supabase project: it answers, and knows nothing.
  const stranger = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ method }) => {
    const headers = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*" };
    return new Response("<h1>Not found</h1>", { status: method === "OPTIONS" ? 200 : 404, headers });
  });
  const lost = await open(null, "/sign-in", { config: { url: `http://127.0.0.1:${stranger.addr.port}`, key } });
  await signIn(lost, world.people.mei);
  await lost.getByText("At the URL in config.json something answers that is no helpdesk.").waitFor();
  await stranger.shutdown();

  const page = await open(null, "/sign-in", { config: { url, key: "sb_publishable_wrong" } });
  await signIn(page, world.people.mei);
  await page.getByText("The helpdesk does not accept the key of this console.").waitFor();

  for (
    const [config, sentence] of [
      ["<html>", "config.json is not JSON."],
      ['{"key": "sb_publishable_x"}', "config.json has no URL of a Supabase project."],
      [`{"url": "${url}"}`, "config.json has no key."],
      [`{"url": "${url}", "key": "sb_secret_x"}`, "config.json holds a secret key."],
    ] as const
  ) {
    const broken = await open(null, "/sign-in");
    await broken.route("**/config.json", (route) => route.fulfill({ body: config }));
    await broken.goto("/");
    await broken.getByRole("alert").getByText(sentence).waitFor();
  }
});

story(
  "a database that is older stops the console, a newer one does not; what was typed stays",
  { night: true },
  async (told) => {
    const { world, open, expectAccessible } = told;
    const page = await open(world.people.ana, `/tickets/${world.tickets.parcel.ticket_id}`);
    const reply = page.getByRole("textbox", { name: "Reply to Mei Tanaka" });
    await page.getByText("I have asked the carrier.").first().waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("Half a sentence");
    await page.getByText("Draft kept on this device").waitFor();
    let version = "20200101000000";
    await page.route("**/rpc/schema_version", (route) => route.fulfill({ json: version }));
    await page.reload();
    await page.getByRole("heading", { name: "The database is older than this console" }).waitFor();
    await page.getByText("an admin applies the migrations").waitFor();
    await expectAccessible(page);
    version = "29990101000000";
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("The database is newer than this console.").waitFor();
    await eventually("the draft is there", async () => await reply.inputValue() === "Half a sentence");
  },
);

story("a helpdesk that is not installed says so", { night: true }, async ({ world, open }) => {
  const page = await open(world.people.ana, "/settings");
  const missing = { code: "PGRST106", message: "Invalid schema: helpdesk", details: null, hint: null };
  await page.route("**/rest/v1/**", (route) => route.fulfill({ status: 406, json: missing }));
  await page.goto("/queue");
  await page.getByRole("heading", { name: "The database does not fit this console" }).waitFor();
});

story("a clock that is three hours ahead: it is said, and everything works", { night: true }, async (told) => {
  await wrongClock(told, 3);
});

story("a clock that is three hours behind: it is said, and everything works", { night: true }, async (told) => {
  await wrongClock(told, -3);
});

async function wrongClock({ world, open }: Parameters<Parameters<typeof story>[1]>[0], hours: number): Promise<void> {
  const page = await open(null, "/sign-in");
  await page.addInitScript((shift) => {
    const Right = Date;
    globalThis.Date = class extends Right {
      constructor(...given: []) {
        super(...(given.length > 0 ? given : [Right.now() + shift]) as []);
      }
      static override now(): number {
        return Right.now() + shift;
      }
    } as DateConstructor;
  }, hours * 3_600_000);
  // As the hosted service does: the end of a session by the clock of the server.
  await page.route("**/auth/v1/token*", async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    const expires_at = Math.floor(Date.now() / 1000) + answer.expires_in;
    await route.fulfill({ response, json: { ...answer, expires_at } });
  });
  const refreshed: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("grant_type=refresh_token")) refreshed.push(request.url());
  });
  await page.goto("/sign-in");
  await signIn(page, world.people.ana);
  await page.getByRole("navigation").first().waitFor();
  await page.getByText("The clock of this device is wrong by 3 hours.").waitFor();
  await page.goto(`/tickets/${world.tickets.parcel.ticket_id}`);
  await page.getByText("I have asked the carrier.").first().waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("It comes on Wednesday.");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Send now" }).click();
  await page.getByRole("region", { name: "Conversation" }).getByText("It comes on Wednesday.").waitFor();
  expect(refreshed.length <= 1, `the session was renewed ${refreshed.length} times`);
}

story(
  "a token that the server calls expired is renewed once, and nobody notices",
  { night: true },
  async ({ world, open }) => {
    const page = await open(world.people.ana, "/settings");
    let refused = 0;
    await page.route("**/rpc/query_tickets*", async (route) => {
      if (refused++ > 0) return await route.continue();
      await route.fulfill({
        status: 401,
        headers: { "access-control-allow-origin": "*" },
        json: { code: "PGRST303", message: "JWT expired", details: null, hint: null },
      });
    });
    await page.goto("/queue?view=open");
    await page.getByRole("row", { name: /parcel/ }).waitFor();
    expectEqual(refused, 2, "requests of the list");
  },
);

story(
  "a browser without any storage: sign-in and reply work, and it is said",
  { night: true },
  async ({ world, open }) => {
    const page = await open(null, "/sign-in");
    await page.addInitScript(() => {
      const forbid = () => {
        throw new DOMException("The operation is insecure.", "SecurityError");
      };
      IDBFactory.prototype.open = forbid;
      Object.defineProperty(globalThis, "localStorage", { get: forbid });
      Object.defineProperty(globalThis, "sessionStorage", { get: forbid });
    });
    await page.goto(`/tickets/${world.tickets.parcel.ticket_id}`);
    await signIn(page, world.people.ana);
    await page.getByText("I have asked the carrier.").first().waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("It comes on Wednesday.");
    await page.getByText("This browser does not let the helpdesk keep drafts.").waitFor();
  },
);

story(
  "a storage that is full: it is said, and the reply is sent all the same",
  { night: true },
  async ({ world, open }) => {
    const page = await open(world.people.ana, `/tickets/${world.tickets.parcel.ticket_id}`, {
      preferences: { undoSeconds: 0 },
    });
    await page.getByText("I have asked the carrier.").first().waitFor();
    await page.evaluate(() => {
      const full = () => {
        throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
      };
      IDBObjectStore.prototype.put = full;
      Storage.prototype.setItem = full;
    });
    await page.keyboard.press("r");
    await page.keyboard.type("It comes on Wednesday.");
    await page.getByText("There is no more room on this device for drafts.").first().waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByRole("region", { name: "Conversation" }).getByText("It comes on Wednesday.").waitFor();
  },
);

story(
  "too much at once is a sentence for a customer, too: 10 MB of text, 200 files",
  { night: true },
  async ({ world, open }) => {
    const page = await open(world.people.mei, "/requests/new");
    const [title, text] = [page.getByLabel("What is it about?"), page.getByLabel("What happened?")];
    await title.fill("The kettle leaks");
    for (const field of [title, text]) {
      await field.evaluate((element) => {
        const data = new DataTransfer();
        data.setData("text/plain", "0123456789".repeat(1_000_000));
        element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      });
      await page.getByText("What you pasted has 10,000,000 characters").waitFor();
      await field.press("End");
      await field.pressSequentially(".");
      await eventually(
        "the sentence goes when somebody types on",
        async () => await page.getByText("What you pasted has").count() === 0,
      );
    }
    expectEqual([await title.inputValue(), await text.inputValue()], ["The kettle leaks.", "."], "what was typed");
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Attach files" }).click();
    const files = Array.from({ length: 200 }, (_, index) => ({
      name: `photo ${index + 1}.txt`,
      mimeType: "text/plain",
      buffer: Buffer.from("a picture in words") as never,
    }));
    await (await chooser).setFiles(files);
    await page.getByText("190 files were not taken: a message has room for 10 files.").waitFor();
    expectEqual(await page.getByRole("list", { name: "Files" }).getByRole("listitem").count(), 10, "files");
  },
);
