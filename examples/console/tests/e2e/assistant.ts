/** The assistant on the ticket page: a draft with its proof, what people decide, and what is shown when there is none. */
import type { Page } from "playwright-core";
import { closeByEscape, eventually, expect, expectEqual, type Story, story } from "./harness.ts";

const AT_ONCE = { preferences: { undoSeconds: 0 } };
const ARTICLE =
  "# Fire\n\nSwitch the **printer** off at the wall. Never pour water on it.\n\n## Afterwards\n\nCall the fire brigade when the smoke does not end.\n";

const box = (page: Page) => page.getByRole("region", { name: "Assistant" });
const reply = (page: Page) => page.getByRole("textbox", { name: "Reply to Mei Tanaka" });

async function publish({ api }: Story): Promise<string> {
  const system = api("system");
  const article = await system.rpc("save_article", { slug: "fire", title: "When a printer burns", body: ARTICLE });
  await system.rpc("publish_article", { article_id: article.article_id });
  return article.article_id;
}

/** A ticket that the article answers, open in the person's browser. */
async function ask({ world, open, api }: Story): Promise<{ page: Page; ticketId: string }> {
  const ticket = await api(world.people.mei).rpc("create_ticket", {
    title: "My printer burns",
    description: "The printer burns. Do I pour water on it, or switch it off at the wall?",
    team_id: world.teams.Support,
  });
  const page = await open(world.people.ana, `/tickets/${ticket.ticket_id}`, AT_ONCE);
  await box(page).getByRole("button", { name: "Suggest a reply" }).waitFor();
  await page.keyboard.press("y");
  return { page, ticketId: ticket.ticket_id };
}

/** The first call of a function starts it. */
const COLD = { timeout: 60_000 };

const sources = (page: Page) => box(page).getByRole("button", { name: /^Source\s1\b/ });

story("an agent takes a draft apart by its sources, edits it and sends it", async (told) => {
  const { world, api, expectAccessible, screenshot } = told;
  const articleId = await publish(told);
  const { page, ticketId } = await ask(told);

  await sources(page).waitFor(COLD);
  await expectAccessible(page);
  await screenshot(page, "assistant");
  await sources(page).click();
  const article = page.getByRole("dialog", { name: "When a printer burns" });
  await article.getByText("Afterwards").waitFor();
  const marked = () => page.evaluate(() => [...CSS.highlights.get("helpdesk-quote") ?? []].map(String).join());
  await eventually("the sentence is marked in the article", async () => /wall\.?$|on it\.?$/.test(await marked()));
  await expectAccessible(page, "source");
  await screenshot(page, "assistant-source");
  expect(
    (await article.getByRole("link", { name: "Open the article" }).getAttribute("href"))?.endsWith(articleId),
    "the dialog leads to the article",
  );
  await closeByEscape(page, article);

  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("y");
  await eventually("the draft is in the reply", async () => (await reply(page).inputValue()).includes("wall"));
  await reply(page).fill(`Hello Mei!\n\n${await reply(page).inputValue()}`);
  await page.getByRole("button", { name: "Send to Mei Tanaka" }).click();
  await page.getByRole("region", { name: "Conversation" }).getByText("Hello Mei!").waitFor();

  await eventually("the draft counts as edited", async () => {
    const [proposal] = await api(world.people.ana).rows("proposals", `ticket_id=eq.${ticketId}&kind=eq.reply`);
    return proposal.state === "edited" && proposal.distance > 0 && proposal.shown_at !== null;
  });
  const sent = await api(world.people.mei).rows("messages", `ticket_id=eq.${ticketId}&select=body`);
  expect(sent.length === 1 && sent[0].body.startsWith("Hello Mei!"), "one message, with what the agent wrote");
  await box(page).getByRole("button", { name: "Suggest a reply" }).waitFor();
});

story("a draft never takes the place of what was typed", { night: true }, async (told) => {
  await publish(told);
  const { page } = await ask(told);
  await sources(page).waitFor(COLD);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("r");
  await page.keyboard.type("Dear Mei, ");
  await box(page).getByRole("button", { name: /^Insert/ }).click();
  await eventually("both are there", async () => {
    const text = await reply(page).inputValue();
    return text.startsWith("Dear Mei, ") && text.includes("wall");
  });
});

story(
  "a reply that began with a draft is the agent's own when the customer has written meanwhile",
  { night: true },
  async (told) => {
    const { world, api, allow } = told;
    allow(/409/);
    await publish(told);
    const { page, ticketId } = await ask(told);
    await sources(page).waitFor(COLD);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("y");
    await eventually("the draft is in the reply", async () => (await reply(page).inputValue()).includes("wall"));
    await api(world.people.mei).rpc("send_reply", { ticket_id: ticketId, body: "It is in room 3." });
    await page.getByRole("region", { name: "Conversation" }).getByText("It is in room 3.").waitFor();
    const sent = () => api(world.people.mei).rows("messages", `ticket_id=eq.${ticketId}&select=body&order=sequence`);
    await page.getByRole("button", { name: /^Send/ }).first().click();
    await eventually("the reply is sent, or waits until the new message was read", async () => {
      const again = page.getByRole("button", { name: /anyway/i });
      if (await again.isVisible()) await again.click();
      return (await sent()).length === 2;
    });
    const messages = await sent();
    expect(messages[1].body.includes("wall"), "the reply is what the agent had in the editor");
    const [proposal] = await api(world.people.ana).rows("proposals", `ticket_id=eq.${ticketId}&kind=eq.reply`);
    expectEqual(proposal.state, "superseded");
    await box(page).getByRole("button", { name: "Suggest a reply" }).waitFor();
    const old = box(page).getByText("The conversation has moved on");
    await eventually("no note about an old draft is left", async () => await old.count() === 0);
  },
);

story("a draft is rejected with a reason, and grows old when the customer writes", { night: true }, async (told) => {
  const { world, api, screenshot } = told;
  await publish(told);
  const { page, ticketId } = await ask(told);
  await sources(page).waitFor(COLD);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("d");
  await page.getByRole("menuitem", { name: "It is outdated" }).click();
  await box(page).getByRole("button", { name: "Suggest a reply" }).waitFor();
  const ana = api(world.people.ana);
  const [rejected] = await ana.rows("proposals", `ticket_id=eq.${ticketId}`);
  expectEqual([rejected.state, rejected.reject_reason], ["rejected", "outdated"]);

  await box(page).getByRole("button", { name: "Suggest a reply" }).click();
  await sources(page).waitFor(COLD);
  await api(world.people.mei).rpc("send_reply", { ticket_id: ticketId, body: "It is the one at the wall in room 3." });
  await box(page).getByText("The conversation has moved on since this draft.").waitFor();
  expectEqual(await box(page).getByRole("button", { name: /^Insert/ }).count(), 0, "buttons that use an old draft");
  await screenshot(page, "assistant-stale");
  await box(page).getByRole("button", { name: "Suggest a reply" }).click();
  await box(page).getByRole("button", { name: /^Insert/ }).waitFor();

  await box(page).getByRole("textbox", { name: "What to mind" }).fill("Shorter");
  await box(page).getByRole("button", { name: "Again" }).click();
  await eventually("the wish has reached the assistant", async () => {
    const runs = await ana.rows("ai_runs", `ticket_id=eq.${ticketId}&select=wish`);
    return runs.some((run) => run.wish === "Shorter");
  });
  await sources(page).waitFor(COLD);
});

story("a draft is sent as it is after a question", { night: true }, async (told) => {
  const { world, api } = told;
  await publish(told);
  const { page, ticketId } = await ask(told);
  await sources(page).waitFor(COLD);
  await box(page).getByRole("button", { name: "Send as is" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Send" }).click();
  await page.getByText("The reply was sent.").waitFor();
  const [proposal] = await api(world.people.ana).rows("proposals", `ticket_id=eq.${ticketId}&kind=eq.reply`);
  expectEqual([proposal.state, proposal.distance], ["accepted", 0]);
});

story("passages are the answer while the model fails", { world: "failing_model", night: true }, async (told) => {
  await publish(told);
  const { page } = await ask(told);
  await box(page).getByText("The language model cannot be reached.").waitFor(COLD);
  await box(page).getByText("These passages of articles fit best.").waitFor();
  await sources(page).waitFor(COLD);
  await told.expectAccessible(page);
});

story("no article answers: the box says so, and offers a note", { night: true }, async (told) => {
  const { page } = await ask(told);
  await box(page).getByText("No published article answers this question.").waitFor(COLD);
  await box(page).getByRole("button", { name: "Add as internal note" }).click();
  await page.getByText("The note was added.").waitFor();
});

story("a question to the assistant is given up", { world: "silent_model", night: true }, async (told) => {
  await publish(told);
  const { page } = await ask(told);
  await box(page).getByRole("button", { name: "Cancel" }).click();
  await box(page).getByRole("button", { name: "Suggest a reply" }).waitFor();
});

story("the assistant leaves a ticket alone, and helps again", { night: true }, async ({ world, open }) => {
  const page = await open(world.people.ana, `/tickets/${world.tickets.printer.ticket_id}`);
  await box(page).getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Leave this ticket alone" }).click();
  await box(page).getByText("The assistant leaves this ticket alone.").waitFor();
  await page.reload();
  await box(page).getByRole("button", { name: "Let it help again" }).click();
  await box(page).getByRole("button", { name: "Suggest a reply" }).waitFor();
});

story("the assistant is switched off", { night: true }, async ({ world, open, api }) => {
  await api(world.people.ada).update("ai_settings", "singleton=eq.true", { is_enabled: false });
  const page = await open(world.people.ana, `/tickets/${world.tickets.printer.ticket_id}`);
  await box(page).getByText("The assistant is switched off.").waitFor();
  expectEqual(await box(page).getByRole("button", { name: "Suggest a reply" }).count(), 0);
});

story(
  "labels are proposed with the tickets that decided them, applied, and undone",
  { world: "failing_model" },
  async (told) => {
    const { world, open, api, screenshot, expectAccessible } = told;
    const ada = api(world.people.ada), mei = api(world.people.mei);
    // Labels are known where people have used two of a kind, three times each.
    for (const month of ["May", "June", "July", "August"]) {
      const past = await mei.rpc("create_ticket", {
        title: `Refund for the invoice of ${month}`,
        description: "I paid the invoice twice and want a refund.",
        team_id: world.teams.Support,
      });
      await ada.rpc("transfer_ticket", { ticket_id: past.ticket_id, team_id: world.teams.Billing });
      const other = await mei.rpc("create_ticket", {
        title: `The screen flickers since ${month}`,
        description: "The screen goes dark every few minutes.",
        team_id: world.teams.Billing,
      });
      await ada.rpc("transfer_ticket", { ticket_id: other.ticket_id, team_id: world.teams.Support });
    }
    const embedded = await fetch(`${world.url}/functions/v1/embed-articles`, {
      method: "POST",
      headers: { apikey: world.secret_key, Authorization: `Bearer ${world.secret_key}` },
    });
    expect((await embedded.json()).stored > 0, "past tickets have vectors");
    const ticket = await mei.rpc("create_ticket", {
      title: "Refund for the invoice of October",
      description: "I paid the invoice twice and want a refund.",
      team_id: world.teams.Support,
    });
    const page = await open(world.people.ada, `/tickets/${ticket.ticket_id}`);
    await box(page).getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Suggest team, priority and tags" }).click();
    const labels = box(page).getByRole("list", { name: "Proposed changes" });
    await labels.getByText("Team: Billing").waitFor(COLD);
    await labels.getByRole("button", { name: "Why? Team: Billing" }).click();
    await labels.getByText("of the votes of past tickets").waitFor();
    await labels.getByRole("link", { name: /Refund for the invoice of/ }).first().waitFor();
    await expectAccessible(page);
    await screenshot(page, "assistant-labels");

    const team = async () => (await ada.rows("tickets", `ticket_id=eq.${ticket.ticket_id}`))[0].team_id;
    await labels.getByRole("button", { name: "Apply: Team: Billing" }).click();
    await eventually("the ticket is in Billing", async () => await team() === world.teams.Billing);
    await page.getByRole("button", { name: "Undo" }).click();
    await eventually("the ticket is back", async () => await team() === world.teams.Support);
  },
);

story("waiting proposals are reviewed in one place", { night: true }, async (told) => {
  const { world, api, expectAccessible, screenshot } = told;
  await publish(told);
  const { page, ticketId } = await ask(told);
  await sources(page).waitFor(COLD);
  await page.getByRole("navigation").getByRole("link", { name: "Proposals" }).click();
  const card = page.getByRole("article", { name: /My printer burns/ });
  await card.getByText("wall").first().waitFor();
  await expectAccessible(page);
  await screenshot(page, "proposals");
  await card.getByRole("button", { name: "Edit" }).click();
  const text = page.getByRole("dialog").getByRole("textbox", { name: "Text" });
  await text.fill(`${await text.inputValue()}\n\nTake care.`);
  await page.getByRole("dialog").getByRole("button", { name: "Send" }).click();
  await page.getByText("Nothing waits for a decision").waitFor();
  const sent = await api(world.people.mei).rows("messages", `ticket_id=eq.${ticketId}&select=body`);
  expect(sent.length === 1 && sent[0].body.endsWith("Take care."), "the edited draft was sent once");
});
