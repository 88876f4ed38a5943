/** Every text that somebody can write, as an attack: names, file names, fields, tags, articles, output of a model. */
import type { Page } from "playwright-core";
import { session } from "./api.ts";
import { eventually, expect, expectEqual, type Story, story } from "./harness.ts";
import { settled } from "./pages_support.ts";

const TAG = "<img src=x onerror=window.harmed=1>";
const MARKDOWN = [
  "# Heading <script>window.harmed=1</script>",
  `${TAG} <svg onload=window.harmed=1></svg> <iframe srcdoc="<script>parent.harmed=1</script>"></iframe>`,
  "[run](javascript:window.harmed=1) [data](data:text/html,<script>window.harmed=1</script>)",
  "![pixel](https://evil.example/pixel.png) [https://bank.example](https://evil.example/)",
  "Descale the kettle with vinegar.",
].join("\n\n");

/** What must not be in the page, whoever wrote it. */
const FORBIDDEN = "main script, main iframe, main img, main form[action], svg[onload], [onerror], " +
  'a[href^="javascript" i], a[href^="data:" i]';

/** Watch a page; the answer says what has become of it. */
function watch(page: Page, api: string): (where: string) => Promise<void> {
  const foreign: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (/^https?:/.test(url) && !url.startsWith(api) && !url.startsWith(new URL(page.url()).origin)) foreign.push(url);
  });
  return async (where) => {
    await settled(page);
    const harmed = await page.evaluate(() => (globalThis as { harmed?: number }).harmed ?? null);
    expectEqual(harmed, null, `harm on ${where}`);
    expectEqual(await page.locator(FORBIDDEN).count(), 0, `elements of others on ${where}`);
    expectEqual(foreign, [], `requests to others on ${where}`);
  };
}

/** Put the attack into each text of a ticket, its requester, its file, an article. Returns the ticket and the article. */
async function attack({ world, api }: Story): Promise<{ ticketId: string; articleId: string }> {
  const { ada, mei } = world.people;
  const admin = api(ada);
  await admin.rpc("create_field", {
    key: "product",
    type: "text",
    label: `Product ${TAG}`,
    customer_label: `Your product ${TAG}`,
    audience: "customer_editable",
  });
  await admin.update("teams", `team_id=eq.${world.teams.Support}`, { description: TAG, is_public: true });
  await api(mei).update("users", `user_id=eq.${mei.user_id}`, { name: `Mei ${TAG}` });
  const { ticket_id } = await api(mei).rpc("create_ticket", {
    title: `Kettle ${TAG}`,
    description: MARKDOWN,
    team_id: world.teams.Support,
    custom_fields: { product: TAG },
  });
  await api(mei).rpc("send_reply", { ticket_id, body: MARKDOWN });
  await upload(world, ticket_id, `kettle ${TAG}.txt`, api(mei));
  await api(world.people.ana).rpc("add_note", { ticket_id, body: MARKDOWN });
  await api(world.people.ana).insert("ticket_tags", { ticket_id, tag: "<b>tag</b>" });
  const article = await admin.insert("articles", {
    title: `How to descale the kettle ${TAG}`,
    body: MARKDOWN,
    slug: "descale",
    locale: "en",
    audience: "public",
    section: `Kettles ${TAG}`,
  });
  await admin.rpc("publish_article", { article_id: article.article_id, revision: article.revision });
  return { ticketId: ticket_id, articleId: article.article_id };
}

async function upload(world: Story["world"], ticketId: string, name: string, mei: ReturnType<Story["api"]>) {
  const given = { ticket_id: ticketId, file_name: name, content_type: "text/plain", size: 5 };
  const { attachment_id } = await mei.rpc("reserve_attachment", given);
  const { access_token } = await session(world, world.people.mei);
  const address = `${world.url}/storage/v1/object/helpdesk-attachments/tickets/${ticketId}/${attachment_id}`;
  const headers = { apikey: world.key, Authorization: `Bearer ${access_token}`, "Content-Type": "text/plain" };
  const sent = await fetch(address, { method: "POST", headers, body: "steam" });
  expect(sent.ok, await sent.text());
  await mei.rpc("finish_attachment", { attachment_id });
}

story("what a customer and a writer of articles can write is inert for staff", async (told) => {
  const { world, open } = told;
  const { ticketId, articleId } = await attack(told);
  const page = await open(world.people.ada, "/queue?view=open");
  const inert = watch(page, world.url);
  await page.getByRole("row", { name: /Kettle <img/ }).waitFor();
  await inert("the list");
  await page.goto(`/tickets/${ticketId}`);
  await page.getByText(`kettle ${TAG}.txt`).first().waitFor();
  await page.getByText(`Mei ${TAG}`).first().waitFor();
  await page.getByText("<b>tag</b>").first().waitFor();
  await page.getByText(`Product ${TAG}`).first().waitFor();
  await inert("the ticket");
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill("kettle");
  await page.getByRole("option", { name: /Kettle <img/ }).first().waitFor();
  await inert("the palette");
  const paths = ["/dashboard", "/knowledge", `/knowledge/${articleId}`, "/tickets/new"];
  for (const path of [...paths, ...["people", "teams", "fields", "log"].map((name) => `/admin/${name}`)]) {
    await page.goto(path);
    await inert(path);
  }
});

story("what others can write is inert for customers", async (told) => {
  const { world, open } = told;
  const { ticketId, articleId } = await attack(told);
  const page = await open(world.people.mei, "/requests");
  const inert = watch(page, world.url);
  await page.getByText(`Kettle ${TAG}`).waitFor();
  await inert("the list");
  await page.goto(`/requests/${ticketId}`);
  await page.getByText(`kettle ${TAG}.txt`).first().waitFor();
  await page.getByText(`Your product ${TAG}`).first().waitFor();
  await inert("the request");
  await page.goto("/help");
  await page.getByText(`How to descale the kettle ${TAG}`).first().waitFor();
  await inert("the help centre");
  await page.goto(`/help/${articleId}`);
  await page.getByText("Descale the kettle with vinegar.").waitFor();
  await inert("the article");
  await page.goto("/requests/new");
  await page.getByLabel("What is it about?").fill("descale kettle");
  await page.getByRole("region", { name: "Perhaps one of these articles helps" }).waitFor();
  await inert("a new request");
});

story("what a model writes is inert", { world: "obedient_model" }, async (told) => {
  const { world, open } = told;
  const { ticketId } = await attack(told);
  const page = await open(world.people.ada, `/tickets/${ticketId}`);
  const inert = watch(page, world.url);
  const box = page.getByRole("region", { name: "Assistant" });
  await box.getByRole("button", { name: "Suggest a reply" }).click();
  // The model repeats what it was told: all of the attack.
  await box.getByText("vinegar").first().waitFor({ timeout: 60_000 });
  await inert("the assistant's box");
  await page.goto("/proposals");
  await page.getByRole("article").getByText("vinegar").first().waitFor();
  await inert("the proposals");
  await page.goto(`/tickets/${ticketId}`);
  await eventually("the box is there", async () => await box.getByText("vinegar").count() > 0);
  await inert("the ticket");
});
