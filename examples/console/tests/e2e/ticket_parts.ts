/** The parts of the ticket page: files, limits, mentions, custom fields, links and merges, long conversations. */
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { session } from "./api.ts";
import { eventually, expect, expectEqual, story, valueIn } from "./harness.ts";

const AT_ONCE = { preferences: { undoSeconds: 0 } };
// A PNG of one pixel, as the check of files wants it: nothing behind its end.
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const reply = (page: Page, name = "Mei Tanaka") => page.getByRole("textbox", { name: `Reply to ${name}` });
const conversation = (page: Page) => page.getByRole("region", { name: "Conversation" });

async function arrive(page: Page, text: string): Promise<void> {
  await conversation(page).getByText(text).first().waitFor();
}

/** An entry gets its own height some frames after it comes near the screen: wait until none has changed in ten. */
async function heightsSettle(page: Page): Promise<void> {
  await conversation(page).getByRole("article").first().evaluate(async ({ parentElement }) => {
    for (let still = 0, before = 0; still < 10; still++) {
      await new Promise(requestAnimationFrame);
      const { height } = parentElement!.getBoundingClientRect();
      if (height !== before) [still, before] = [0, height];
    }
  });
}

/** Give the editor data as a paste does. */
async function paste(
  page: Page,
  given: { text?: string; repeat?: number; png?: string; files?: number },
): Promise<void> {
  await reply(page).evaluate((area, { text = "", repeat = 1, png, files = 1 }) => {
    const data = new DataTransfer();
    if (text) data.setData("text/plain", text.repeat(repeat));
    if (png) {
      const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
      for (let index = 0; index < files; index++) {
        data.items.add(new File([bytes], `screen ${index + 1}.png`, { type: "image/png" }));
      }
    }
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, given);
}

story(
  "files come by paste and by the button, and go with the reply",
  async ({ world, open, api, screenshot, expectAccessible }) => {
    const parcel = world.tickets.parcel!;
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, AT_ONCE);
    await arrive(page, "I have asked the carrier.");
    await page.keyboard.press("r");
    await page.keyboard.type("Here is the receipt.");
    await paste(page, { png: PIXEL });
    const files = page.getByRole("list", { name: "Files" });
    await files.getByRole("listitem").filter({ hasText: "screen 1.png" }).getByText("ready").waitFor();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Attach files" }).click();
    await (await chooser).setFiles({
      name: "receipt.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("paid") as never,
    });
    await files.getByRole("listitem").filter({ hasText: "receipt.txt" }).getByText("ready").waitFor();
    await expectAccessible(page);
    await screenshot(page, "ticket-files");

    // A file is part of the draft.
    await page.reload();
    await files.getByRole("listitem").filter({ hasText: "receipt.txt" }).getByText("ready").waitFor();
    await reply(page).press("Control+Enter");
    await conversation(page).getByRole("button", { name: "Save receipt.txt" }).waitFor();
    await conversation(page).getByRole("button", { name: "Save screen 1.png" }).waitFor();
    const saved = page.waitForEvent("download");
    await conversation(page).getByRole("button", { name: "Save receipt.txt" }).click();
    expectEqual((await saved).suggestedFilename(), "receipt.txt", "the file that is saved");
    const seen = await api(world.people.mei).rows(
      "attachments",
      `ticket_id=eq.${parcel.ticket_id}&select=file_name&order=sequence`,
    );
    expectEqual(seen.map((row) => row.file_name), ["screen 1.png", "receipt.txt"], "what the customer gets");
  },
);

story("files on the ticket itself stand with its description", { night: true }, async ({ world, open, api }) => {
  const printer = world.tickets.printer!, mei = api(world.people.mei);
  const given = { ticket_id: printer.ticket_id, file_name: "smoke.txt", content_type: "text/plain", size: 5 };
  const { attachment_id } = await mei.rpc("reserve_attachment", given);
  const { access_token } = await session(world, world.people.mei);
  const address = `${world.url}/storage/v1/object/helpdesk-attachments/tickets/${printer.ticket_id}/${attachment_id}`;
  const headers = { apikey: world.key, Authorization: `Bearer ${access_token}`, "Content-Type": "text/plain" };
  const sent = await fetch(address, { method: "POST", headers, body: "smoke" });
  expect(sent.ok, await sent.text());
  await mei.rpc("finish_attachment", { attachment_id });
  const page = await open(world.people.ana, `/tickets/${printer.ticket_id}`);
  const first = conversation(page).getByRole("article").filter({ hasText: "Smoke comes out of it." });
  await first.getByText("smoke.txt").waitFor();
});

story(
  "too much at once is a sentence: 10 MB of text, 200 files, a file of another type",
  { night: true },
  async ({ world, open, screenshot }) => {
    const parcel = world.tickets.parcel!;
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, AT_ONCE);
    await arrive(page, "I have asked the carrier.");
    await page.keyboard.press("r");
    await page.keyboard.type("See below. ");
    await paste(page, { text: "0123456789", repeat: 1_000_000 });
    await page.getByText("What you pasted has 10,000,000 characters").waitFor();
    expectEqual(await valueIn(reply(page)), "See below. ", "the text stays as it was");
    await page.getByRole("button", { name: "Attach it as a file" }).click();
    const files = page.getByRole("list", { name: "Files" });
    await files.getByRole("listitem").filter({ hasText: "text.txt" }).getByText("ready").waitFor();

    await paste(page, { png: PIXEL, files: 200 });
    await page.getByText("191 files were not taken: a message has room for 10 files.").waitFor();
    await eventually("nine more files are ready", async () => await files.getByText("ready").count() === 10, 40);
    await screenshot(page, "ticket-too-much");
    for (let left = 9; left >= 0; left--) {
      await files.getByRole("button", { name: /^Remove/ }).first().click();
      await eventually("one file fewer", async () => await files.getByRole("listitem").count() === left);
    }
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Attach files" }).click();
    await (await chooser).setFiles({
      name: "setup.exe",
      mimeType: "application/x-msdownload",
      buffer: Buffer.from("MZ") as never,
    });
    await page.getByText("setup.exe is of a type that this helpdesk does not take.").waitFor();
  },
);

story(
  "a mention in a reply asks once, and can become a note",
  { night: true },
  async ({ world, open, api, screenshot }) => {
    const parcel = world.tickets.parcel!;
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, AT_ONCE);
    await arrive(page, "I have asked the carrier.");
    await page.keyboard.press("r");
    await page.keyboard.type("@ben can you call them?");
    const question = page.getByText("You mention somebody.");
    await question.waitFor();
    await screenshot(page, "ticket-mention");
    await page.getByRole("button", { name: "Keep it in the reply" }).click();
    await page.keyboard.type(" @carl too");
    expectEqual(await question.count(), 0, "it asks once");
    await reply(page).fill("");
    await page.reload();
    await arrive(page, "I have asked the carrier.");
    await reply(page).fill("@ben what did they say?");
    await page.getByRole("button", { name: "Move it to a note" }).click();
    const note = page.getByRole("textbox", { name: /^Internal note/ });
    expectEqual(await valueIn(note), "@ben what did they say?", "the note");
    await note.press("Control+Enter");
    await eventually(
      "the note is saved",
      async () =>
        (await api(world.people.ben).rows("notes", `ticket_id=eq.${parcel.ticket_id}&body=like.*what did they say*`))
          .length === 1,
    );
    expectEqual(
      (await api(world.people.mei).rows("messages", `ticket_id=eq.${parcel.ticket_id}`)).length,
      1,
      "messages",
    );
  },
);

story("custom fields of all types, tags and a snooze", async ({ world, open, api, screenshot, expectAccessible }) => {
  const parcel = world.tickets.parcel!, ada = api(world.people.ada);
  const options = [{ value: "free", label: "Free" }, { value: "pro", label: "Professional" }];
  for (
    const [key, type, rest] of [
      ["order_no", "text", {}],
      ["story", "long_text", {}],
      ["seats", "integer", {}],
      ["amount", "decimal", {}],
      ["is_urgent", "boolean", {}],
      ["due_on", "date", {}],
      ["plan", "select", { options }],
      ["modules", "multi_select", { options, audience: "staff_only" }],
    ] as const
  ) await ada.rpc("create_field", { key, type, label: key, ...rest });
  const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, { height: 1400 });
  await arrive(page, "I have asked the carrier.");
  const side = page.getByRole("complementary", { name: "Details" });
  await side.getByRole("textbox", { name: "order_no" }).fill("A-17");
  await side.getByRole("textbox", { name: "story" }).fill("two\nlines");
  await side.getByRole("textbox", { name: "seats" }).fill("many");
  await side.getByText("Enter a whole number.").waitFor();
  await side.getByRole("textbox", { name: "seats" }).fill("12");
  await side.getByRole("textbox", { name: "amount" }).fill("12,50");
  await side.getByRole("combobox", { name: "is_urgent" }).selectOption("true");
  await side.getByLabel("due_on").last().fill("2026-12-24");
  await side.getByRole("combobox", { name: "plan" }).selectOption("pro");
  await side.getByRole("checkbox", { name: "Professional" }).check();
  await side.getByRole("textbox", { name: "Add a tag" }).fill("VIP");
  await page.keyboard.press("Enter");
  await side.getByRole("button", { name: "Remove the tag vip" }).waitFor();
  await side.getByRole("button", { name: /^Snooze/ }).click();
  await page.getByRole("menuitem", { name: "Tomorrow morning" }).click();
  await side.getByRole("button", { name: /^Snooze: *until/ }).waitFor();
  const read = async () => {
    const [row] = await api(world.people.ana).rows(
      "tickets",
      `ticket_id=eq.${parcel.ticket_id}&select=custom_fields,snoozed_until,ticket_tags(tag),ticket_staff_fields(staff_fields)`,
    );
    return row;
  };
  const wanted = {
    amount: "12.5",
    due_on: "2026-12-24",
    is_urgent: true,
    order_no: "A-17",
    plan: "pro",
    seats: 12,
    story: "two\nlines",
  };
  const sorted = (values: Record<string, unknown>) => Object.fromEntries(Object.entries(values).sort());
  await eventually(
    "all values are stored",
    async () => JSON.stringify(sorted((await read()).custom_fields)) === JSON.stringify(wanted),
  );
  await eventually("it is snoozed", async () => new Date((await read()).snoozed_until) > new Date());
  const row = await read();
  expectEqual(row.ticket_tags, [{ tag: "vip" }], "tags");
  expectEqual([row.ticket_staff_fields].flat()[0].staff_fields, { modules: ["pro"] }, "fields of staff");
  await expectAccessible(page);
  await screenshot(page, "ticket-fields");
  await side.getByRole("combobox", { name: "plan" }).selectOption("");
  await eventually("a value is removed", async () => !("plan" in (await read()).custom_fields));
});

story(
  "tickets are linked, merged after a look, and separated again",
  async ({ world, open, api, screenshot, expectAccessible }) => {
    const parcel = world.tickets.parcel!, printer = world.tickets.printer!;
    const page = await open(world.people.ana, `/tickets/${printer.ticket_id}`, AT_ONCE);
    await arrive(page, "Smoke comes out of it.");
    await page.getByRole("button", { name: "Link …" }).click();
    await page.getByRole("combobox", { name: "This ticket" }).selectOption({ label: "blocks" });
    await page.getByRole("textbox", { name: /^Find the ticket/ }).fill(`#${parcel.number}`);
    await page.getByRole("button", { name: /Where is my parcel/ }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: `Remove the link to #${parcel.number}` }).waitFor();

    await page.getByRole("button", { name: "Merge …" }).click();
    await page.getByRole("textbox", { name: /^Find the ticket/ }).fill("parcel");
    await page.getByRole("button", { name: /Where is my parcel/ }).click();
    await page.getByText("I have asked the carrier.").waitFor();
    await expectAccessible(page);
    await screenshot(page, "ticket-merge");
    await page.getByRole("button", { name: `Merge into #${parcel.number}` }).click();
    await page.waitForURL(new RegExp(parcel.ticket_id));
    await page.getByText("Merged into this ticket").waitFor();
    const union = conversation(page).getByRole("article").filter({ hasText: "Smoke comes out of it." });
    await union.getByText("from another ticket").waitFor();
    await page.goto(`/tickets/${printer.ticket_id}`);
    await page.getByText("This ticket is merged into another one.").waitFor();
    expectEqual(await page.getByRole("tab").count(), 0, "editors of a merged ticket");
    await page.getByRole("link", { name: "Open that ticket" }).click();
    await page.getByRole("button", { name: "Undo the merge" }).click();
    await eventually(
      "the ticket is itself again",
      async () =>
        (await api(world.people.ana).rows("tickets", `ticket_id=eq.${printer.ticket_id}&select=status,merged_into`))[0]
          .merged_into === null,
    );
  },
);

story(
  "a long conversation opens at its end, loads older messages, and stays where the reader is",
  { night: true },
  async ({ world, open, api, screenshot }) => {
    const parcel = world.tickets.parcel!, mei = api(world.people.mei);
    for (let number = 1; number <= 130; number++) {
      await mei.rpc("send_reply", {
        ticket_id: parcel.ticket_id,
        body: `Message ${number} of many.\n\nWith a second line.`,
      });
    }
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, AT_ONCE);
    const scroller = conversation(page).locator("> div").first();
    const shown = (text: string) => conversation(page).getByText(text, { exact: false });
    await shown("Message 130 of many.").waitFor();
    await eventually("the newest is on the screen", () => isOnScreen(shown("Message 130 of many.")));
    expectEqual(await shown("Message 60 of many.").count(), 0, "older messages");

    const place = async () => (await shown("Message 85 of many.").boundingBox())!.y;
    await scroller.evaluate((element) => element.scrollTop = 0);
    await heightsSettle(page);
    const answer = Promise.withResolvers<void>();
    await page.route("**/rest/v1/conversation?*", async (route) => {
      await answer.promise;
      await route.continue();
    });
    await page.getByRole("button", { name: "Show older messages" }).click();
    // The reader goes on reading while they are on their way.
    await scroller.evaluate((element) => element.scrollTop = 200);
    await heightsSettle(page);
    const top = await place();
    answer.resolve();
    await shown("Message 60 of many.").waitFor();
    await heightsSettle(page);
    expect(Math.abs(await place() - top) < 2, `the reader's place is held: ${top}, ${await place()}`);
    await page.unroute("**/rest/v1/conversation?*");

    const before = await place();
    await mei.rpc("send_reply", { ticket_id: parcel.ticket_id, body: "One more while you read." });
    const arrived = page.getByRole("button", { name: "1 new message below" });
    await arrived.waitFor();
    expect(Math.abs(await place() - before) < 2, `nothing moves: ${before}, ${await place()}`);
    await page.getByText(`Mei Tanaka replied on #${parcel.number}`).waitFor({ state: "attached" });
    await screenshot(page, "ticket-arrived");

    // An answer that was written without a look at the new message is refused.
    await page.getByRole("tab", { name: "Reply" }).click();
    await reply(page).fill("An answer to what I have read.");
    await reply(page).press("Control+Enter");
    await page.getByText("1 message came while you wrote").waitFor();
    await eventually("the new message is shown", () => isOnScreen(shown("One more while you read.")));
    await page.getByRole("button", { name: "Send anyway after reading" }).click();
    await shown("An answer to what I have read.").waitFor();

    async function isOnScreen(place: ReturnType<typeof shown>): Promise<boolean> {
      const box = await place.last().boundingBox(), frame = (await scroller.boundingBox())!;
      return box !== null && box.y >= frame.y && box.y + box.height <= frame.y + frame.height;
    }
  },
);

story(
  "a ticket that vanishes says so, and what was written is there",
  { night: true },
  async ({ world, open, api, screenshot }) => {
    const printer = world.tickets.printer!;
    const page = await open(world.people.ana, `/tickets/${printer.ticket_id}`);
    await arrive(page, "Smoke comes out of it.");
    await page.keyboard.press("r");
    await page.keyboard.type("I was just writing");
    await api(world.people.ada).rpc("transfer_ticket", { ticket_id: printer.ticket_id, team_id: world.teams.Billing });
    await page.getByText("This ticket is not here, or it is not yours to see.").waitFor();
    expectEqual(
      await page.getByRole("textbox", { name: "Draft: Reply" }).inputValue(),
      "I was just writing",
      "the draft",
    );
    await screenshot(page, "ticket-gone");
  },
);

story(
  "the ticket on a telephone, in German, dark and dense",
  { night: true },
  async ({ world, open, expectAccessible, screenshot }) => {
    const parcel = world.tickets.parcel!;
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, {
      width: 390,
      height: 844,
      preferences: { language: "de", density: "compact", undoSeconds: 10 },
    });
    const verlauf = page.getByRole("region", { name: "Verlauf" });
    await verlauf.getByText("I have asked the carrier.").waitFor();
    await page.getByRole("tab", { name: "Interne Notiz" }).click();
    await expectAccessible(page);
    await screenshot(page, "ticket-390");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide <= 390, `nothing is wider than the screen: ${wide}`);
    await page.getByRole("button", { name: "Details", exact: true }).click();
    await page.getByRole("complementary", { name: "Details" }).getByText("Eigenschaften").waitFor();
    await expectAccessible(page);
    await screenshot(page, "ticket-390-details");
  },
);

story(
  "a browser that keeps nothing says so, and the reply is sent all the same",
  { night: true },
  async ({ world, open }) => {
    const parcel = world.tickets.parcel!;
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, AT_ONCE);
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("The operation is insecure.", "SecurityError");
      };
    });
    await page.reload();
    await arrive(page, "I have asked the carrier.");
    await page.keyboard.press("r");
    await page.keyboard.type("It comes on Wednesday.");
    await page.getByText("This browser does not let the helpdesk keep drafts.").waitFor();
    await page.keyboard.press("Control+Enter");
    await conversation(page).getByText("It comes on Wednesday.").waitFor();
    await eventually("the editor is empty", async () => await valueIn(reply(page)) === "");
  },
);

story(
  "who signs out is asked about their drafts, and they are gone",
  { night: true },
  async ({ world, open, expectAccessible }) => {
    const parcel = world.tickets.parcel!;
    const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, AT_ONCE);
    await arrive(page, "I have asked the carrier.");
    await page.keyboard.press("r");
    await page.keyboard.type("Not for other eyes");
    await page.getByText("Draft kept on this device").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("One draft is not sent.").waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    expectEqual(await valueIn(reply(page)), "Not for other eyes", "the draft after no");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Delete and sign out" }).click();
    await page.waitForURL(/sign-in/);
    const left = await page.evaluate(async () => {
      const opened = indexedDB.open("helpdesk-drafts");
      await new Promise((done) => opened.onsuccess = done);
      const counted = opened.result.transaction("drafts").objectStore("drafts").count();
      await new Promise((done) => counted.onsuccess = done);
      return counted.result;
    });
    expectEqual(left, 0, "drafts on the device");
  },
);

story("a message becomes a ticket of its own, and a text is removed for good", async ({ world, open, api }) => {
  const parcel = world.tickets.parcel!;
  await api(world.people.mei).rpc("send_reply", { ticket_id: parcel.ticket_id, body: "My password is swordfish." });
  const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`);
  const message = conversation(page).getByRole("article").filter({ hasText: "swordfish" });
  await message.getByRole("button", { name: /^Actions/ }).click();
  await page.getByRole("menuitem", { name: "Make a ticket of this message" }).click();
  await page.getByRole("textbox", { name: "Title of the new ticket" }).fill("A password in a message");
  await page.getByRole("button", { name: "A ticket of its own" }).click();
  await page.getByText("The message is a ticket of its own").waitFor();
  await page.getByRole("complementary", { name: "Details" }).getByText("followed up by").waitFor();

  await message.getByRole("button", { name: /^Actions/ }).click();
  await page.getByRole("menuitem", { name: "Remove the text for good" }).click();
  await page.getByRole("button", { name: "Remove for good" }).click();
  await conversation(page).getByText("The text was removed for good.").waitFor();
  const [row] = await api(world.people.mei).rows(
    "messages",
    `ticket_id=eq.${parcel.ticket_id}&redacted_at=not.is.null`,
  );
  expectEqual(row.body, "[redacted]", "what the customer reads");
});
