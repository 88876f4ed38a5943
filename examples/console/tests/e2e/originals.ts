/** Mails as they came: a hostile one runs nothing, and asks nobody before somebody wants its pictures. */
import type { Page } from "playwright-core";
import { eventually, expect, expectEqual, type Story, story } from "./harness.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A mail that tries all it can to be noticed by `host`, and to reach the page around it. */
const hostile = (host: string) =>
  [
    `<style>@import url(${host}/css); * { background: url(${host}/style) } p { position: fixed }</style>`,
    `<link rel="stylesheet" href="${host}/link"><base href="${host}/"><meta http-equiv="refresh" content="0;url=${host}/">`,
    `<p style="color: rgb(1, 2, 3); background-image: url(${host}/inline)">Your kettle</p>`,
    "<script>top.harmed = 1; parent.parent.harmed = 1</script><img src=x onerror='top.harmed=1'>",
    `<svg onload="top.harmed=1"><image href="${host}/svg"/><foreignObject><script>top.harmed=1</script></foreignObject></svg>`,
    `<iframe srcdoc="<script>top.harmed=1</script>"></iframe><iframe src="${host}/frame"></iframe>`,
    `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=top.harmed=1&gt;">`,
    `</table></mtext></math><form action="${host}/form"><input name=a><button>Send</button></form>`,
    `<a href="javascript:top.harmed=1">run</a> <a href="${host}/link" target="_top">go</a>`,
    `<table background="${host}/ground"><tr><td>cell</td></tr></table><video poster="${host}/poster"></video>`,
    `<img src="${host}/pixel.png" alt="pixel"><img src="cid:logo" alt="logo" width="20">`,
  ].join("\n");

/** Hand a mail of Mei to the function, as a mail server does; the ticket that it opened. */
async function arrive({ world }: Story, html: string): Promise<string> {
  const raw = [
    `From: ${world.people.mei.email}`,
    "To: support@desk.example",
    "Subject: The hostile kettle",
    `Message-ID: <${crypto.randomUUID()}@customer.example>`,
    "Content-Type: multipart/related; boundary=b",
    "",
    "--b",
    "Content-Type: text/html",
    "",
    html,
    "--b",
    "Content-Type: image/png",
    "Content-ID: <logo>",
    "Content-Transfer-Encoding: base64",
    "",
    PIXEL,
    "--b--",
    "",
  ].join("\r\n");
  const { url, secret_key } = world;
  const headers = { apikey: secret_key, authorization: `Bearer ${secret_key}`, prefer: "wait" };
  const answer = await fetch(`${url}/functions/v1/email-in`, { method: "POST", headers, body: raw });
  const { inbound_id, outcome } = await answer.json();
  expectEqual([answer.status, outcome], [200, "created"], "the mail");
  const query = `inbound_emails?inbound_id=eq.${inbound_id}&select=ticket_id`;
  const found = await fetch(`${url}/rest/v1/${query}`, { headers: { ...headers, "accept-profile": "helpdesk" } });
  const [{ ticket_id }] = await found.json();
  return ticket_id;
}

/** A server of the sender, which notes what it is asked. */
function sender(): { host: string; asked: string[]; close: () => Promise<void> } {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(`${new URL(request.url).pathname} ${request.headers.get("referer")} ${request.headers.get("cookie")}`);
    return new Response(Uint8Array.from(atob(PIXEL), (one) => one.charCodeAt(0)), {
      headers: { "Content-Type": "image/png" },
    });
  });
  return { host: `http://127.0.0.1:${server.addr.port}`, asked, close: () => server.shutdown() };
}

const harm = (page: Page) => page.evaluate(() => (globalThis as { harmed?: number }).harmed ?? null);

story("a hostile mail is shown as it came, and runs and asks nothing", { world: "outside" }, async (told) => {
  const { world, open, allow, expectAccessible, expectNoViolations } = told;
  // axe speaks to frames, and this one has no origin.
  allow(/postMessage.*does not match the recipient window's origin \('null'\)/);
  const { host, asked, close } = sender();
  try {
    const ticketId = await arrive(told, hostile(host));
    const page = await open(world.people.ana, `/tickets/${ticketId}`);
    const entry = page.getByRole("article").filter({ hasText: "Your kettle" }).first();
    await entry.getByRole("button", { name: "How this mail came here" }).click();
    const show = entry.getByRole("button", { name: "Show original" });
    await show.click();
    const mail = page.frameLocator('iframe[title="The mail as it came"]').frameLocator("iframe");
    await mail.getByText("Your kettle").waitFor();
    // What it looks like is there: its color, and the picture that it brought.
    const color = await mail.getByText("Your kettle").evaluate((one) => getComputedStyle(one).color);
    expectEqual(color, "rgb(1, 2, 3)", "color");
    const width = (name: string) => mail.getByAltText(name).evaluate((one) => (one as HTMLImageElement).naturalWidth);
    await eventually("the picture of the mail", async () => await width("logo") === 1);
    const inner = page.frames().find((one) => one.parentFrame()?.parentFrame() === page.mainFrame())!;
    const left = await inner.evaluate(() =>
      [...document.querySelectorAll("body :is(script, style, svg, math, iframe, form, input, link, base, meta)")].length
    );
    expectEqual([left, await inner.evaluate(() => origin)], [0, "null"], "what is left of it, and its origin");
    await expectAccessible(page, "a mail as it came", ["light"]);
    expectEqual([await harm(page), asked], [null, []], "harm, and requests to the sender");
    expectNoViolations();

    // On request, its picture; and nothing that says who asks.
    await entry.getByRole("button", { name: "Load remote images (1)" }).click();
    await eventually("the picture of the sender", async () => await width("pixel") === 1);
    expectEqual(await entry.getByRole("button", { name: /Load remote images/ }).count(), 0, "buttons");
    expectEqual([await harm(page), asked], [null, ["/pixel.png null null"]], "harm, and requests to the sender");
    expectNoViolations();
    // A link leads nowhere, also with a click; the browser says so.
    allow(/sandboxed/);
    const pages = page.context().pages().length;
    await mail.getByText("go").click({ noWaitAfter: true });
    await entry.getByRole("button", { name: "Hide original" }).click();
    expectEqual(
      [page.context().pages().length, new URL(page.url()).pathname],
      [pages, `/tickets/${ticketId}`],
      "pages",
    );
    expectEqual(asked.length, 1, "requests to the sender");
  } finally {
    await close();
  }
});

story("a mail of text has no original, and a page shows no pictures of others", { world: "outside" }, async (told) => {
  const { world, open, allow } = told;
  const { host, asked, close } = sender();
  allow(/Content Security Policy|security policy/);
  try {
    const kettle = world.tickets.kettle!;
    const page = await open(world.people.ana, `/tickets/${kettle.ticket_id}`, { language: "de" });
    const entry = page.getByRole("article").filter({ hasText: "My kettle leaks." }).first();
    await entry.getByRole("button", { name: "Wie diese Mail hierher kam" }).click();
    await entry.getByRole("table").waitFor();
    expectEqual(await entry.getByRole("button", { name: "Original zeigen" }).count(), 0, "buttons");
    const shown = await page.evaluate(async (source) => {
      const picture = new Image();
      document.body.append(picture);
      return await new Promise<boolean>((resolve) => {
        picture.onload = () => resolve(true);
        picture.onerror = () => resolve(false);
        picture.src = source;
      });
    }, `${host}/page.png`);
    const styled = await page.evaluate(() => {
      document.body.insertAdjacentHTML("beforeend", '<p id="styled" style="color: rgb(1, 2, 3)">x</p>');
      return getComputedStyle(document.getElementById("styled")!).color === "rgb(1, 2, 3)";
    });
    expect(!shown && !styled, "the page's own policy forbids pictures of others and styles in the document");
    expectEqual(asked, [], "requests to the sender");
  } finally {
    await close();
  }
});
