/** The ticket page: notes, replies, drafts, two people on one ticket, and a network that goes. */
import type { Page } from "playwright-core";
import { eventually, expect, expectEqual, story, valueIn } from "./harness.ts";

/** Replies go at once: the wait in which they can be taken back has a story of its own. */
const AT_ONCE = { preferences: { undoSeconds: 0 } };

const reply = (page: Page, name = "Mei Tanaka") => page.getByRole("textbox", { name: `Reply to ${name}` });
const note = (page: Page) => page.getByRole("textbox", { name: /^Internal note/ });
const conversation = (page: Page) => page.getByRole("region", { name: "Conversation" });

/** Open the ticket and wait until its conversation is there. */
async function arrive(page: Page, text: string): Promise<void> {
  await conversation(page).getByText(text).first().waitFor();
}

story(
  "an agent works by keyboard alone: take next, note, reply, pending, resolve and next",
  async ({ world, open, api, screenshot, expectAccessible }) => {
    const printer = world.tickets.printer!;
    const status = async () =>
      (await api(world.people.ana).rows("tickets", `ticket_id=eq.${printer.ticket_id}&select=status`))[0].status;
    const page = await open(world.people.ana, "/queue", AT_ONCE);
    await page.getByText("The printer is on fire").first().waitFor();
    await page.keyboard.press("q");
    await page.waitForURL(new RegExp(printer.ticket_id));
    await arrive(page, "Smoke comes out of it.");
    await page.getByText("Ana Duarte took the ticket").waitFor();

    await page.keyboard.press("n");
    await page.keyboard.type("It is the old printer on the third floor.");
    await screenshot(page, "ticket-note");
    await expectAccessible(page);
    await page.keyboard.press("Control+Enter");
    const saved = conversation(page).getByRole("article").filter({ hasText: "third floor" });
    await saved.getByText("Internal").waitFor();
    await eventually("the note's draft is gone", async () => await valueIn(note(page)) === "");

    await page.keyboard.press("r");
    await page.keyboard.type("Please **unplug** it. We come at once.");
    await page.getByRole("button", { name: "Send to Mei Tanaka" }).waitFor();
    await screenshot(page, "ticket-reply");
    await page.keyboard.press("Control+Enter");
    await conversation(page).getByText("unplug").waitFor();
    await expectAccessible(page);
    await screenshot(page, "ticket");

    await page.keyboard.press("s");
    expectEqual(await page.evaluate(() => document.activeElement?.tagName), "SELECT", "the status has the focus");
    await page.keyboard.press("o");
    await eventually("the status is open again", async () => await status() === "open");
    await page.keyboard.press("ArrowDown");
    await eventually("the status is pending", async () => await status() === "pending");
    await page.keyboard.press("Escape");
    await page.keyboard.press("e");
    await page.waitForURL(/queue/);
    const [ticket] = await api(world.people.ana).rows(
      "tickets",
      `ticket_id=eq.${printer.ticket_id}&select=status,assigned_to`,
    );
    expectEqual(ticket, { status: "resolved", assigned_to: world.people.ana.user_id });
    const messages = await api(world.people.mei).rows("messages", `ticket_id=eq.${printer.ticket_id}&select=body`);
    expectEqual(messages, [{ body: "Please **unplug** it. We come at once." }], "what the customer reads");
  },
);

story(
  "two agents on one ticket: presence, a refused second answer, sent after reading",
  async ({ world, open, api, screenshot, expectAccessible }) => {
    const parcel = world.tickets.parcel!, path = `/tickets/${parcel.ticket_id}`;
    const ana = await open(world.people.ana, path, AT_ONCE);
    const ben = await open(world.people.ben, path, AT_ONCE);
    await arrive(ana, "I have asked the carrier.");
    await arrive(ben, "I have asked the carrier.");
    await ana.getByRole("img", { name: /Ben Okafor is looking/ }).waitFor();

    await ben.keyboard.press("r");
    await ben.keyboard.type("It will come on Wednesday.");
    await ana.getByText("Ben Okafor is writing a reply").waitFor();
    await screenshot(ana, "ticket-presence");

    // Ana's page hears of Ben's answer late: she sends hers at the same time.
    await ana.route("**/rpc/events_page", () => {});
    const refused = ana.waitForResponse("**/rpc/send_reply");
    await ana.route("**/rest/v1/conversation?**", async (route) => {
      await refused;
      await route.continue();
    });
    await ana.keyboard.press("r");
    await ana.keyboard.type("The carrier has lost it.");
    await ben.keyboard.press("Control+Enter");
    await eventually("Ben's answer is stored", async () => await count() === 2);
    await ana.keyboard.press("Control+Enter");

    await ana.getByText("1 message came while you wrote").waitFor();
    const unread = conversation(ana).getByRole("article").filter({ hasText: "It will come on Wednesday." });
    await unread.waitFor();
    await eventually(
      "the focus is on what is to be read first",
      () => unread.evaluate((element) => element === document.activeElement),
    );
    await expectAccessible(ana);
    await screenshot(ana, "ticket-read-first");
    expectEqual(await valueIn(reply(ana)), "The carrier has lost it.", "the draft");
    expectEqual(await count(), 2, "messages so far");

    await ana.getByRole("button", { name: "Send anyway after reading" }).click();
    await eventually("the answer is sent", async () => await count() === 3);
    await eventually("the draft is gone", async () => await valueIn(reply(ana)) === "");
    await ana.getByRole("button", { name: "Send to Mei Tanaka" }).waitFor();

    async function count(): Promise<number> {
      return (await api(world.people.ana).rows("messages", `ticket_id=eq.${parcel.ticket_id}&select=message_id`))
        .length;
    }
  },
);

story(
  "a priority that somebody else has set meanwhile: both choices",
  { night: true },
  async ({ world, open, api, screenshot, expectAccessible }) => {
    const printer = world.tickets.printer!, where = `ticket_id=eq.${printer.ticket_id}`;
    const ana = await open(world.people.ana, `/tickets/${printer.ticket_id}`);
    await arrive(ana, "Smoke comes out of it.");
    await ana.route("**/rpc/events_page", () => {});
    const ben = api(world.people.ben);
    const priority = async () => (await ben.rows("tickets", `${where}&select=priority`))[0].priority;

    await ben.update("tickets", where, { priority: "high" });
    await ana.getByRole("combobox", { name: "Priority" }).selectOption("urgent");
    await ana.getByText(/Ben Okafor set Priority to High a moment ago/).waitFor();
    await expectAccessible(ana);
    await screenshot(ana, "ticket-conflict");
    expectEqual(await priority(), "high", "nothing is overwritten without a choice");
    await ana.getByRole("button", { name: "Keep High" }).click();
    expectEqual(await ana.getByRole("combobox", { name: "Priority" }).inputValue(), "high");

    await ben.update("tickets", where, { priority: "low" });
    await ana.getByRole("combobox", { name: "Priority" }).selectOption("urgent");
    await ana.getByRole("button", { name: "Set Urgent" }).click();
    await eventually("the own choice is set", async () => await priority() === "urgent");

    // Fields that do not overlap are no conflict.
    await ben.update("tickets", where, { title: "The printer burns" });
    await ana.getByRole("combobox", { name: "Priority" }).selectOption("medium");
    await eventually("the priority is set on the new revision", async () => await priority() === "medium");
    await ana.getByRole("heading", { name: "The printer burns" }).waitFor();
    expectEqual(await ana.getByRole("alertdialog").count(), 0, "questions");
  },
);

story(
  "the network goes while a reply is sent: one message after the return",
  async ({ world, open, api, allow, screenshot }) => {
    const parcel = world.tickets.parcel!;
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, AT_ONCE);
    await arrive(page, "I have asked the carrier.");
    allow(/Failed to load resource|WebSocket|ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
    // The first attempt reaches the helpdesk, and its answer is lost; then the network is away.
    let attempts = 0;
    await page.route("**/rpc/send_reply", async (route) => {
      if (attempts++ > 0) return await route.continue();
      // Offline first: the page does not receive the message from the conversation either.
      await page.context().setOffline(true);
      await route.fetch();
      await route.abort("internetdisconnected");
    });
    await page.keyboard.press("r");
    await page.keyboard.type("It comes on Wednesday.");
    await page.keyboard.press("Control+Enter");
    const bubble = conversation(page).getByRole("article", { name: "Not sent" });
    await bubble.getByText("No connection. It is sent by itself").waitFor();
    await screenshot(page, "ticket-not-sent");
    await page.context().setOffline(false);
    await eventually("it is no longer waiting", async () => await bubble.count() === 0, 30);
    await conversation(page).getByText("It comes on Wednesday.").waitFor();
    expect(attempts > 1, "the reply was sent again");
    const rows = await api(world.people.mei).rows(
      "messages",
      `ticket_id=eq.${parcel.ticket_id}&select=body&order=sequence`,
    );
    expectEqual(rows.map((row) => row.body), ["I have asked the carrier.", "It comes on Wednesday."], "messages");
    expectEqual(await valueIn(reply(page)), "", "the draft");
  },
);

story("drafts outlive a reload, the other tab, and another ticket", { night: true }, async ({ world, open }) => {
  const parcel = world.tickets.parcel!, printer = world.tickets.printer!;
  const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`);
  await arrive(page, "I have asked the carrier.");
  await page.keyboard.press("r");
  await page.keyboard.type("Dear Mei");
  await page.getByRole("tab", { name: "Internal note" }).click();
  await note(page).fill("Ask Carl first");
  // At once: the page goes before the pause is over.
  await page.reload();
  await arrive(page, "I have asked the carrier.");
  expectEqual(await valueIn(note(page)), "Ask Carl first", "the note, in the tab that was open");
  await page.getByRole("tab", { name: /Reply/ }).click();
  expectEqual(await valueIn(reply(page)), "Dear Mei", "the reply");

  await page.goto(`/tickets/${printer.ticket_id}`);
  await arrive(page, "Smoke comes out of it.");
  expectEqual(
    await page.getByRole("textbox", { name: /Reply to|Internal note/ }).count(),
    0,
    "editors of another ticket",
  );
  await page.goBack();
  await arrive(page, "I have asked the carrier.");
  expectEqual(await valueIn(reply(page)), "Dear Mei", "the reply after another ticket");

  const ben = await open(world.people.ben, `/tickets/${parcel.ticket_id}`);
  await arrive(ben, "I have asked the carrier.");
  await ben.keyboard.press("r");
  expectEqual(await valueIn(reply(ben)), "", "a draft is its writer's only");

  // The list marks it, until it is empty.
  await page.goto(`/queue?view=open&ticket=${parcel.ticket_id}`);
  const row = page.getByRole("row", { name: /parcel/ });
  const mark = page.getByRole("img", { name: "You have a draft that is not sent" });
  await row.filter({ has: mark }).waitFor();
  expectEqual(await mark.count(), 1, "marks");
  await arrive(page, "I have asked the carrier.");
  await reply(page).fill("");
  await page.getByRole("tab", { name: "Internal note" }).click();
  await note(page).fill("");
  await eventually("the mark is gone", async () => await mark.count() === 0);
});

story(
  "a reply can be taken back while it waits, and is sent after that",
  { night: true },
  async ({ world, open, api }) => {
    const parcel = world.tickets.parcel!;
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, { preferences: { undoSeconds: 5 } });
    await arrive(page, "I have asked the carrier.");
    await page.keyboard.press("r");
    await page.keyboard.type("Too early");
    await page.keyboard.press("Control+Enter");
    await page.getByText(/Sending to Mei Tanaka in [345] s/).waitFor();
    await page.keyboard.press("u");
    expectEqual(await valueIn(reply(page)), "Too early", "the text");
    await reply(page).fill("Just right");
    await page.getByRole("button", { name: "Send and set the status" }).click();
    await page.getByRole("menuitem", { name: "Send and set Resolved" }).click();
    await page.getByRole("button", { name: "Send now" }).click();
    await conversation(page).getByText("Just right").waitFor();
    await eventually("the reply is sent once, with the status", async () => {
      const [ticket] = await api(world.people.ana).rows(
        "tickets",
        `ticket_id=eq.${parcel.ticket_id}&select=status,messages(body)&messages.order=sequence`,
      );
      return JSON.stringify(ticket) ===
        JSON.stringify({
          status: "resolved",
          messages: [{ body: "I have asked the carrier." }, { body: "Just right" }],
        });
    });
  },
);
