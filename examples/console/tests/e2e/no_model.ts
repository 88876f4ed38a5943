/** The assistant of a helpdesk in which no language model is configured: it finds what fits, and people write. */
import type { Page } from "playwright-core";
import { closeByEscape, eventually, expectEqual, type Story, story } from "./harness.ts";

const ARTICLE = "# Fire\n\nSwitch the **printer** off at the wall. Never pour water on it.\n";
const COLD = { timeout: 60_000 };
const box = (page: Page) => page.getByRole("region", { name: "Assistant" });

async function ask({ world, open, api }: Story): Promise<{ page: Page; ticketId: string }> {
  const { article_id } = await api(world.people.ada).rpc("save_article", {
    slug: "fire",
    title: "Fire",
    body: ARTICLE,
  });
  await api(world.people.ada).rpc("publish_article", { article_id });
  const ticket = await api(world.people.mei).rpc("create_ticket", {
    title: "My printer burns",
    description: "The printer burns. Do I pour water on it, or switch it off at the wall?",
    team_id: world.teams.Support,
  });
  const page = await open(world.people.ana, `/tickets/${ticket.ticket_id}`, { preferences: { undoSeconds: 0 } });
  await box(page).getByRole("button", { name: "Suggest a reply" }).click();
  await box(page).getByText("No language model is configured.").waitFor(COLD);
  return { page, ticketId: ticket.ticket_id };
}

story("without a model the box says so, shows what fits, and people send it", { world: "no_model" }, async (told) => {
  const { world, api, expectAccessible, screenshot } = told;
  const { page, ticketId } = await ask(told);
  await box(page).getByText("These passages of articles fit best.").waitFor();
  await box(page).getByRole("button", { name: /^Source\s1\b/ }).click();
  const article = page.getByRole("dialog", { name: "Fire" });
  await article.getByText("Never pour water on it.").waitFor();
  await closeByEscape(page, article);
  await expectAccessible(page);
  await screenshot(page, "assistant-no-model");

  await box(page).getByRole("button", { name: /^Insert/ }).click();
  const reply = page.getByRole("textbox", { name: "Reply to Mei Tanaka" });
  await eventually("the passage is in the reply", async () => (await reply.inputValue()).includes("wall"));
  await reply.fill(`Hello Mei!\n\n${await reply.inputValue()}`);
  await reply.press("Control+Enter");
  await page.getByRole("region", { name: "Conversation" }).getByText("Hello Mei!").waitFor();
  await eventually("one message is sent, with what the agent wrote", async () => {
    const sent = await api(world.people.mei).rows("messages", `ticket_id=eq.${ticketId}&select=body`);
    return sent.length === 1 && sent[0].body.startsWith("Hello Mei!");
  });
});

story("without a model proposals wait in the list all the same", { world: "no_model", night: true }, async (told) => {
  const { world, api, expectAccessible } = told;
  const { page, ticketId } = await ask(told);
  await box(page).getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Summarise the conversation" }).click();
  await page.getByRole("navigation").getByRole("link", { name: "Proposals" }).click();
  const cards = page.getByRole("article", { name: /My printer burns/ });
  await cards.first().waitFor();
  await eventually("both wait", async () => await cards.count() === 2, 30);
  await expectAccessible(page);
  for (let left = 1; left >= 0; left--) {
    await cards.first().getByRole("button", { name: "Reject" }).click();
    await page.getByRole("menuitem", { name: "It is unclear" }).click();
    await eventually("one fewer", async () => await cards.count() === left);
  }
  await page.getByText("Nothing waits for a decision").waitFor();
  const states = await api(world.people.ana).rows("proposals", `ticket_id=eq.${ticketId}&select=state`);
  expectEqual(states.map((row) => row.state), ["rejected", "rejected"], "what was decided");
});
