/** What a customer does: sign up, ask, read, answer, close; and what a customer never sees. */
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { eventually, expect, expectEqual, story, valueIn } from "./harness.ts";

const NOT_FOUND = "This page does not exist, or it is not yours to see.";

async function expectNoOverflow(page: Page, where: string): Promise<void> {
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .filter((one) => !one.closest("pre, nav, .sr-only, div.overflow-x-auto"))
      .map((one) => `${one.tagName} ${one.className}`).slice(0, 3)
  );
  expectEqual(wide, [], `what is wider than the page on ${where}`);
}

story("a customer signs up and asks; a double click on Send is one ticket", async ({ world, open, api, ...story }) => {
  const page = await open(null, "/sign-in");
  await page.getByRole("link", { name: "Sign up" }).click();
  await page.getByLabel("Your name").fill("Lea Sommer");
  await page.getByLabel("E-mail address").fill("lea@example.com");
  await page.getByLabel("Password").fill("a long enough sentence");
  await story.expectAccessible(page);
  await page.keyboard.press("Enter");
  await page.getByText("You have no requests yet").waitFor();
  await page.getByRole("main").getByRole("link", { name: "New request" }).first().click();
  await page.getByLabel("What is it about?").fill("The kettle leaks");
  await page.getByLabel("What happened?").fill("Water on the **table**.");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  const photo = { name: "photo.txt", mimeType: "text/plain", buffer: Buffer.from("a picture in words") };
  await (await chooser).setFiles(photo);
  await story.expectAccessible(page);
  await story.screenshot(page, "portal-new-request");
  await page.getByRole("button", { name: "Send request" }).dblclick();
  await page.waitForURL(/\/requests\/[0-9a-f-]{36}$/);
  await page.getByRole("heading", { name: "The kettle leaks" }).waitFor();
  await page.getByText("photo.txt").waitFor();
  const tickets = await api("system").rows("tickets", "title=eq.The kettle leaks");
  expectEqual(tickets.length, 1, "tickets");
  await eventually("the file is with the ticket", async () => {
    const files = await api("system").rows("attachments", `ticket_id=eq.${tickets[0].ticket_id}`);
    return files.length === 1 && files[0].state !== "reserved";
  });
  await story.screenshot(page, "portal-request");
  await story.expectAccessible(page);

  // The form begins anew; its draft was sent.
  await page.goto("/requests/new");
  expectEqual(await valueIn(page.getByLabel("What is it about?")), "", "the title of the next request");

  for (const path of ["/admin/people", `/requests/${world.tickets.parcel!.ticket_id}`, "/queue", "/requests/x"]) {
    await page.goto(path);
    await page.getByText(NOT_FOUND).waitFor();
  }
});

story(
  "answers arrive by themselves; a reply, solved, and open again",
  { night: true },
  async ({ world, open, api, ...story }) => {
    const { ticket_id } = world.tickets.parcel!;
    const { mei, ana } = world.people;
    const asked: string[] = [];
    const page = await open(mei, "/settings");
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`/requests/${ticket_id}`);
    await page.getByText("I have asked the carrier.").waitFor();
    await page.getByText("Waiting for you").waitFor();
    expectEqual(await page.getByText("The carrier says Wednesday.").count(), 0, "notes on the page");
    const [{ message_id: seen }] = await api(ana).rows("messages", `ticket_id=eq.${ticket_id}&order=sequence.desc`);
    await api(ana).rpc("send_reply", { ticket_id, body: "It comes on Thursday.", expected_last_message: seen });
    await page.getByText("It comes on Thursday.").waitFor();
    await page.getByText(/Ana Duarte/).last().waitFor();

    await page.getByLabel("Write a message").fill("Thank you!");
    await page.getByRole("button", { name: "Send", exact: true }).dblclick();
    await page.getByRole("article", { name: "Message of You" }).filter({ hasText: "Thank you!" }).waitFor();
    await page.getByText("We are on it").waitFor();
    const sent = await api("system").rows("messages", `ticket_id=eq.${ticket_id}&body=eq.Thank you!`);
    expectEqual(sent.length, 1, "messages");
    expectEqual(await valueIn(page.getByLabel("Write a message")), "", "the draft after it was sent");

    await page.getByRole("button", { name: "My problem is solved" }).click();
    await page.getByRole("button", { name: "Open again" }).waitFor();
    await page.getByText("Done", { exact: true }).waitFor();
    await story.expectAccessible(page);
    await page.getByRole("button", { name: "Open again" }).click();
    await page.getByRole("button", { name: "My problem is solved" }).waitFor();
    const staffs = asked.filter((path) =>
      /rest.*(notes|ticket_tags|proposals|ai_|team_tickets)|(Queue|Ticket(Detail)?|Admin|Proposals|Dashboard)Page/.test(
        path,
      )
    );
    expectEqual(staffs, [], "what only staff need");
  },
);

story(
  "a request that is typed twice keeps one draft; the fields of the form are checked",
  { night: true },
  async ({ world, open, api }) => {
    await api(world.people.ada).rpc("create_field", {
      key: "order_number",
      type: "integer",
      label: "Order",
      customer_label: "Your order number",
      audience: "customer_editable",
      required_for: "create",
    });
    await api(world.people.ada).rpc("create_field", {
      key: "invoice",
      type: "text",
      label: "Number of the invoice",
      audience: "customer_editable",
      team_ids: [world.teams.Billing],
    });
    await api(world.people.ada).rpc("create_field", {
      key: "risk",
      type: "text",
      label: "Risk of fraud",
      audience: "staff_only",
    });
    const page = await open(world.people.mei, "/requests/new");
    await page.getByLabel("What is it about?").fill("Two kettles came");
    await page.getByLabel("Your order number").fill("twelve");
    await page.getByText("Write a whole number.").waitFor();
    expectEqual(await page.getByText("Risk of fraud").count(), 0, "fields of staff");
    expectEqual(await page.getByLabel("Number of the invoice").count(), 0, "fields of another team");
    await page.getByLabel("For").selectOption({ label: "Billing" });
    await page.getByLabel("Number of the invoice").fill("17");
    await page.getByLabel("For").selectOption({ label: "Whoever can help" });
    expectEqual(await page.getByLabel("Number of the invoice").count(), 0, "fields of another team");
    await page.getByText("Kept on this device").waitFor();
    await page.waitForTimeout(500);
    await page.reload();
    await eventually(
      "the draft is there",
      async () => await valueIn(page.getByLabel("What is it about?")) === "Two kettles came",
    );
    expectEqual(await valueIn(page.getByLabel("Your order number")), "twelve", "the field of the draft");
    await page.getByLabel("Your order number").fill("");
    await page.getByRole("button", { name: "Send request" }).click();
    await page.getByLabel("Your order number").fill("12");
    await page.getByRole("button", { name: "Send request" }).click();
    await page.waitForURL(/\/requests\/[0-9a-f-]{36}$/);
    await page.getByText("Your order number").waitFor();
    const [ticket] = await api("system").rows("tickets", "title=eq.Two kettles came");
    expectEqual(ticket.custom_fields, { order_number: 12 }, "the fields of the ticket");
  },
);

story(
  "what a message brings is inert and readable, also on a telephone",
  { night: true },
  async ({ world, open, api, ...story }) => {
    const { ticket_id } = world.tickets.parcel!;
    const { mei, ana } = world.people;
    const [{ message_id: seen }] = await api(ana).rows("messages", `ticket_id=eq.${ticket_id}&order=sequence.desc`);
    const nasty = [
      "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'><b onclick='hacked=3'>raw</b>",
      "![a pixel](https://tracker.invalid/pixel.png) [run](javascript:window.hacked=4) [data](data:text/html,<script>1</script>)",
      "[**https://bank.example**](https://evil.example/login) and [Ana](https://example.com/)",
      "| a | b |\n|---|---|\n| <iframe src='https://evil.invalid'></iframe> | 2 |",
    ].join("\n\n");
    await api(ana).rpc("send_reply", { ticket_id, body: nasty, expected_last_message: seen });
    const [{ message_id: next }] = await api(ana).rows("messages", `ticket_id=eq.${ticket_id}&order=sequence.desc`);
    await api(ana).rpc("send_reply", { ticket_id, body: "x".repeat(49_000), expected_last_message: next });
    const [{ message_id: last }] = await api(ana).rows("messages", `ticket_id=eq.${ticket_id}&order=sequence.desc`);
    await api(ana).rpc("send_reply", { ticket_id, body: "> ".repeat(20_000), expected_last_message: last });
    const page = await open(mei, `/requests/${ticket_id}`, { width: 390, height: 844 });
    await page.getByText("[evil.example]").waitFor();
    await page.getByRole("button", { name: /Show all 49,000/ }).waitFor();
    const found = await page.evaluate(() => ({
      hacked: (globalThis as { hacked?: number }).hacked ?? null,
      images: document.querySelectorAll("main img, main iframe, main script").length,
      links: [...document.querySelectorAll("main article a")].map((link) => [
        link.getAttribute("href"),
        link.getAttribute("target"),
        link.getAttribute("rel"),
      ]),
    }));
    const rel = "noopener noreferrer nofollow ugc";
    expectEqual(found, {
      hacked: null,
      images: 0,
      links: [["https://evil.example/login", "_blank", rel], ["https://example.com/", "_blank", rel]],
    });
    expect(await page.getByRole("button", { name: "Show image" }).count() === 1, "the image waits for a click");
    await expectNoOverflow(page, "a request");
    await story.expectAccessible(page);
    await page.getByRole("button", { name: /Show all 49,000/ }).click();
    await expectNoOverflow(page, "a request with a long line");
    await story.screenshot(page, "portal-request-390");
  },
);

story("the help centre answers before a request is written", async ({ world, open, api, ...story }) => {
  const made: Record<string, string> = {};
  for (const [title, audience] of [["How to descale the kettle", "public"], ["Kettles that came back", "internal"]]) {
    const article = await api(world.people.ada).insert("articles", {
      title,
      body: `# Vinegar\n\nDescale the kettle with vinegar. ${audience}`,
      slug: title!.toLowerCase().replaceAll(" ", "-"),
      locale: "en",
      audience,
      section: "Kettles",
    });
    made[audience!] = article.article_id;
    await api(world.people.ada).rpc("publish_article", { article_id: article.article_id, revision: article.revision });
  }
  const page = await open(world.people.mei, "/help", { width: 390, height: 844 });
  await page.getByRole("link", { name: "How to descale the kettle" }).waitFor();
  expectEqual(await page.getByText("Kettles that came back").count(), 0, "internal articles");
  await story.expectAccessible(page);
  await page.getByLabel("Search for an answer").fill("descale kettle");
  await page.getByRole("link", { name: "How to descale the kettle" }).click();
  await page.getByRole("heading", { name: "Vinegar", level: 2 }).waitFor();
  await expectNoOverflow(page, "an article");
  await story.expectAccessible(page);
  await story.screenshot(page, "portal-article");
  await page.goto(`/help/${made.internal}`);
  await page.getByText(NOT_FOUND).waitFor();
  await page.goto("/requests/new");
  await page.getByLabel("What is it about?").fill("descale kettle");
  await page.getByRole("region", { name: "Perhaps one of these articles helps" }).waitFor();
  await expectNoOverflow(page, "a new request");
  await story.expectAccessible(page);
  await page.goto("/requests");
  await page.getByText("Where is my parcel?").waitFor();
  await page.getByRole("link", { name: "Waiting for you" }).click();
  await eventually(
    "only what waits is listed",
    async () => await page.getByText("The printer is on fire").count() === 0,
  );
  await page.getByText("Where is my parcel?").waitFor();
  await expectNoOverflow(page, "the list");
  await story.expectAccessible(page);
  await story.screenshot(page, "portal-requests-390");
});

story("the answer to a new request is lost: sent again it is the same one, changed it is not lost", async ({
  world,
  open,
  api,
  allow,
}) => {
  allow(/ERR_FAILED/);
  const page = await open(world.people.mei, "/requests/new");
  const title = page.getByLabel("What is it about?");
  await title.fill("The lid is missing");
  await page.route(/create_ticket/, async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  const send = page.getByRole("button", { name: "Send request" });
  await send.click();
  await page.getByText("No connection to the helpdesk.").waitFor();
  await title.fill("The lid is missing, and the cord");
  await send.click();
  await page.getByText("An earlier version of this request was sent already.").waitFor();
  expectEqual(await title.inputValue(), "The lid is missing, and the cord", "what was typed");
  await title.fill("The lid is missing");
  await send.click();
  await page.waitForURL(/\/requests\/[0-9a-f-]{36}$/);
  const tickets = await api("system").rows("tickets", "title=like.The lid is missing*");
  expectEqual(tickets.length, 1, "tickets");
});
