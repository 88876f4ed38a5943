/** The support story in one piece: a customer asks, an agent answers with the assistant's help, both see it at once. */
import { closeByEscape, eventually, expect, expectEqual, story } from "./harness.ts";

const ARTICLE = "# Leaks\n\nA kettle that leaks has a **worn seal**. Order a new seal under part number K-17.\n";

story("a request is asked, claimed, answered with proof, solved and opened again", { world: "empty" }, async (told) => {
  const { world, open, api, expectNoViolations, screenshot } = told;
  const { ada, ana, ben, mei } = world.people;
  const { article_id } = await api(ada).rpc("save_article", { slug: "leaks", title: "A leak", body: ARTICLE });
  await api(ada).rpc("publish_article", { article_id });

  // The agent has the empty queue open when the customer asks.
  const agent = await open(ana, "/queue", { preferences: { undoSeconds: 0 } });
  await agent.getByRole("main").getByRole("button", { name: /Take next/ }).first().waitFor();
  const customer = await open(mei, "/requests/new");
  await customer.getByLabel("What is it about?").fill("My kettle leaks");
  await customer.getByLabel("What happened?").fill("Water comes out of the kettle. Is the seal worn? Which part?");
  await customer.getByRole("button", { name: "Send request" }).click();
  await customer.waitForURL(/\/requests\/[0-9a-f-]{36}$/);
  const ticketId = new URL(customer.url()).pathname.split("/").at(-1)!;
  await customer.getByText("We are on it").waitFor();

  await agent.getByText("My kettle leaks").first().waitFor();
  await agent.keyboard.press("q");
  await agent.waitForURL(new RegExp(ticketId));
  const conversation = agent.getByRole("region", { name: "Conversation" });
  await conversation.getByText("Water comes out of the kettle.").waitFor();
  await agent.getByText("Ana Duarte took the ticket").waitFor();

  // A colleague writes on the same ticket.
  const colleague = await open(ben, `/tickets/${ticketId}`);
  await colleague.getByRole("region", { name: "Conversation" }).getByText("Water comes out").waitFor();
  await colleague.keyboard.press("n");
  await colleague.keyboard.type("The seals are in stock.");
  await agent.getByText("Ben Okafor is writing a note").waitFor();
  await colleague.keyboard.press("Control+Enter");
  await conversation.getByText("The seals are in stock.").waitFor();
  await eventually(
    "nobody writes any more",
    async () => await agent.getByText("Ben Okafor is writing a note").count() === 0,
    40,
  );

  // The draft, its proof, and what the agent makes of it.
  const box = agent.getByRole("region", { name: "Assistant" });
  await box.getByRole("button", { name: "Suggest a reply" }).waitFor();
  await agent.keyboard.press("y");
  const source = box.getByRole("button", { name: /^Source\s1\b/ });
  await source.waitFor({ timeout: 60_000 });
  await source.click();
  const article = agent.getByRole("dialog", { name: "A leak" });
  await article.getByText("part number K-17").waitFor();
  await eventually(
    "the quoted sentence is marked in the article",
    () => agent.evaluate(() => [...CSS.highlights.get("helpdesk-quote") ?? []].map(String).join().includes("seal")),
  );
  await closeByEscape(agent, article);
  await agent.evaluate(() => (document.activeElement as HTMLElement).blur());
  await agent.keyboard.press("y");
  const reply = agent.getByRole("textbox", { name: "Reply to Mei Tanaka" });
  await eventually("the draft is in the reply", async () => (await reply.inputValue()).includes("seal"));
  await reply.fill(`Hello Mei!\n\n${await reply.inputValue()}\n\nWe send it today.`);
  await reply.press("Control+Enter");

  // It appears in the customer's browser; the note and the draft do not.
  await customer.getByText("We send it today.").waitFor();
  await screenshot(customer, "support-customer");
  const page = await customer.locator("main").innerText();
  expect(page.includes("Ana Duarte"), "the customer sees who answered");
  for (const secret of ["in stock", "Ben Okafor", "Source", "AI"]) {
    expect(!page.includes(secret), `the customer sees “${secret}”`);
  }

  // Each side sees what the other one does.
  const status = agent.getByRole("combobox", { name: "Status" });
  const becomes = (wanted: string) =>
    eventually(`the agent sees the status ${wanted}`, async () => await status.inputValue() === wanted);
  await customer.getByRole("button", { name: "My problem is solved" }).click();
  await becomes("closed");
  await customer.getByRole("button", { name: "Open again" }).click();
  await becomes("open");
  await customer.getByLabel("Write a message").fill("It leaks at the lid, too.");
  await customer.getByRole("button", { name: "Send", exact: true }).click();
  await conversation.getByText("It leaks at the lid, too.").waitFor();
  expectNoViolations();

  // On with the next ticket.
  await agent.evaluate(() => (document.activeElement as HTMLElement).blur());
  await agent.keyboard.press("e");
  await agent.waitForURL(/queue/);
  await customer.getByText("Done", { exact: true }).waitFor();
  const messages = await api(mei).rows("messages", `ticket_id=eq.${ticketId}&select=author_kind&order=sequence`);
  expectEqual(messages.map((row) => row.author_kind), ["staff", "customer"], "messages, each once");
  const [proposal] = await api(ana).rows("proposals", `ticket_id=eq.${ticketId}&kind=eq.reply&select=state`);
  expectEqual(proposal.state, "edited", "what became of the draft");
});
