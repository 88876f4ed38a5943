/** The outside: webhooks and what was sent, mail channels, the quarantine, and a ticket that came by mail. */
import { closeByEscape, eventually, expect, expectEqual, story } from "./harness.ts";

story("an admin makes a webhook, sees what fails, and sends it again", { world: "outside" }, async (told) => {
  const { world, open, api, allow, expectAccessible } = told;
  const admin = api(world.people.ada), system = api("system");
  allow(/400/);
  const page = await open(world.people.ada, "/admin/webhooks");
  await page.getByRole("row", { name: /example\.com\/hooks/ }).getByText("On", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Admin One thing needs attention" }).waitFor();
  await page.getByRole("link", { name: "Outbox One thing needs attention" }).waitFor();
  await page.getByRole("link", { name: "Quarantine 3 mails wait" }).waitFor();

  // A private address is refused in words; the form keeps what was typed. The secret is shown once.
  await page.getByRole("button", { name: "New webhook" }).click();
  const form = page.getByRole("dialog", { name: "New webhook" });
  await form.getByLabel("URL").fill("https://192.168.0.1/hooks");
  await form.getByLabel("All events").uncheck();
  await form.getByLabel("Messages").check();
  await form.getByLabel("Further types").fill("ticket.created");
  await form.getByLabel("Team", { exact: true }).selectOption({ label: "Billing" });
  await form.getByRole("button", { name: "Create" }).click();
  await form.getByRole("alert").waitFor();
  await form.getByLabel("URL").fill("https://example.com/billing");
  await form.getByRole("button", { name: "Create" }).click();
  const secret = page.getByRole("dialog", { name: "The secret of the webhook" });
  const shown = (await secret.getByText(/^whsec_/).textContent())!;
  await expectAccessible(page, "the secret", ["light"]);
  await secret.getByRole("button", { name: "I have stored it" }).click();
  await secret.waitFor({ state: "hidden" });
  expect(!(await page.content()).includes(shown), "the secret is gone from the page");
  const [made] = await admin.rows("webhooks", "url=eq.https://example.com/billing");
  expectEqual([made.event_types, made.team_id], [["message.*", "ticket.created"], world.teams.Billing], "webhook");

  // The dead delivery, with its answer as text; the test goes to this webhook alone, and a sender takes it.
  await page.getByRole("link", { name: "https://example.com/hooks" }).click();
  const dead = page.getByRole("row", { name: /ticket\.created.*Dead/ });
  await dead.getByRole("button", { name: /Attempts/ }).click();
  await page.getByText("Attempt 10: failed").waitFor();
  await page.getByText("<b>Oops</b>").waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  const test = page.getByRole("row", { name: /webhook\.test/ });
  await test.getByText("Waits").waitFor();
  for (const { delivery_id, lease } of await system.rpc("lease_deliveries", { kind: "webhook" })) {
    await system.rpc("settle_delivery", { delivery_id, lease, outcome: "done", status: 204 });
  }
  await test.getByText("Arrived").waitFor();
  await dead.getByRole("button", { name: "Send again" }).click();
  await eventually("nothing is dead", async () => await page.getByText("Dead", { exact: true }).count() <= 1);
  expectEqual((await admin.rows("outbox", "state=eq.dead")).length, 0, "dead deliveries");
  await page.getByRole("link", { name: "Admin", exact: true }).waitFor();
  await page.getByRole("switch", { name: "Events are sent" }).click();
  await page.getByText("It is off. What waits is kept").waitFor();
  await page.getByRole("button", { name: "New secret …" }).click();
  await page.getByLabel("The former secret signs, too").selectOption("0");
  await page.getByRole("button", { name: "Make a new secret" }).click();
  await secret.getByText(/^whsec_/).waitFor();
  await secret.getByRole("button", { name: "I have stored it" }).click();

  // What everything that leaves says together.
  await page.getByRole("link", { name: "Outbox" }).click();
  const numbers = page.getByRole("table", { name: "Outbox" }).getByRole("row", { name: /^Webhook/ });
  await numbers.waitFor();
  await page.getByLabel("State", { exact: true }).selectOption("done");
  await page.getByRole("row", { name: /webhook\.test.*Arrived/ }).waitFor();

  // Mail: a channel, a block, a further address.
  await page.getByRole("link", { name: "Mail", exact: true }).click();
  const support = page.getByRole("row", { name: /support@desk\.example/ });
  await support.getByText("3", { exact: true }).waitFor();
  await page.getByRole("button", { name: "New channel" }).click();
  const channel = page.getByRole("dialog", { name: "New channel" });
  await channel.getByLabel("Address", { exact: true }).fill("billing@desk.example");
  await channel.getByLabel("Servers whose checks are believed").fill("MX.google.com, mx.desk.example");
  await channel.getByLabel("Servers whose checks are believed").press("Enter");
  await page.getByRole("row", { name: /billing@desk\.example/ }).getByText("none yet").waitFor();
  const [billing] = await admin.rows("email_channels", "address=eq.billing@desk.example");
  expectEqual(billing.trusted_authserv_ids, ["mx.google.com", "mx.desk.example"], "servers");
  await page.getByLabel("Address or domain").fill("spam.example");
  await page.getByLabel("Why").fill("Casino");
  await page.getByRole("button", { name: "Block" }).click();
  await page.getByRole("row", { name: /spam\.example/ }).getByText("Casino").waitFor();
  await page.getByRole("textbox", { name: "Further address" }).fill("mei@home.example");
  await page.getByLabel("Person", { exact: true }).fill("Mei");
  await page.getByRole("option", { name: /Mei Tanaka/ }).click();
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("row", { name: /mei@home\.example/ }).getByText("Mei Tanaka").waitFor();

  // When the helpdesk writes by itself: refused at the field, then kept; what was written, and what was not.
  const automatic = page.getByRole("region", { name: "Mails that the helpdesk writes by itself" });
  const minutes = automatic.getByLabel("Collect replies of a requester (minutes)");
  await minutes.fill("9999");
  await minutes.press("Enter");
  await automatic.getByText("Must be 0 to 1440.").waitFor();
  await expectAccessible(page, "a setting that is refused", ["light"]);
  await minutes.fill("15");
  await automatic.getByLabel("Acknowledge new tickets").selectOption("none");
  await automatic.getByRole("button", { name: "Save" }).click();
  await page.getByText("The settings are saved.").waitFor();
  const [settings] = await admin.rows("settings");
  expectEqual([settings.email_batch_minutes, settings.email_acknowledgements], [15, "none"], "settings");
  await page.getByText("Every mail that was considered was written.").waitFor();
  await page.getByLabel("Only those that were not written").uncheck();
  await page.getByRole("row", { name: /A request has arrived.*mei@example\.com.*Written/ }).waitFor();

  // What works and what does not, with the page that mends it.
  await page.getByRole("link", { name: "Health" }).click();
  await page.getByText("3 mails wait for a person.").waitFor();
  await page.getByText("None is dead.").waitFor();
  await page.getByRole("link", { name: "Go to: Quarantine" }).click();
  await page.getByRole("article", { name: "From nobody" }).waitFor();
  await page.goto("/admin/mail");

  // The texts of automatic mails: seen before they are saved, refused with a wrong name, and taken back.
  await page.getByRole("link", { name: "Mail texts" }).click();
  await page.getByLabel("Subject").fill("Ticket {{ticket.number}} <b>is here</b>");
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("region", { name: "Preview" }).getByText("Ticket 1042 <b>is here</b>").waitFor();
  await page.getByLabel("Subject").fill("{{ticket.password}}");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").filter({ hasText: "ticket.password" }).waitFor();
  await page.getByLabel("Subject").fill("Ticket {{ticket.number}}");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Written by an admin").waitFor();
  await page.getByRole("button", { name: "Back to what is built in" }).click();
  await page.getByText("Built in", { exact: true }).waitFor();

  // Slack: a workspace with its secrets, and a channel; nothing of the secrets comes back.
  await page.getByRole("link", { name: "Slack" }).click();
  await page.getByRole("button", { name: "Connect a workspace" }).click();
  const connect = page.getByRole("dialog", { name: "Connect a workspace" });
  await connect.getByLabel("Id of the workspace").fill("T0123456789");
  await connect.getByLabel("Name of the workspace").fill("Acme");
  await connect.getByLabel("Id of the app's user").fill("U0123456789");
  await connect.getByLabel("Bot token").fill("xoxb-1234567890-abcdef");
  await connect.getByLabel("Signing secret").fill("0123456789abcdef0123456789abcdef");
  await connect.getByRole("button", { name: "Connect", exact: true }).click();
  const workspace = page.getByRole("region", { name: "Acme" });
  await workspace.getByRole("button", { name: "Add a channel" }).click();
  const slackChannel = page.getByRole("dialog", { name: "Add a channel" });
  await slackChannel.getByLabel("Id of the channel").fill("C0123456789");
  await slackChannel.getByLabel("Name").fill("#support");
  await slackChannel.getByLabel("replies, in the thread").uncheck();
  await slackChannel.getByRole("button", { name: "Add", exact: true }).click();
  const row = workspace.getByRole("row", { name: /#support/ });
  await row.getByText("new tickets, tickets that are opened again").waitFor();
  await row.getByRole("button", { name: "Send a test" }).click();
  await page.getByText("A test message is on its way.").waitFor();
  await expectAccessible(page, "slack", ["light"]);
  await workspace.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disconnect" }).click();
  await page.getByText("No Slack workspace yet").waitFor();
});

story(
  "an agent decides on mails in quarantine, and reads a ticket that came by mail",
  { world: "outside" },
  async (told) => {
    const { world, open, api, expectAccessible } = told;
    const { ana } = world.people;
    const system = api("system");
    const kettle = world.tickets.kettle!;
    const page = await open(ana, "/queue", { preferences: { undoSeconds: 0 } });
    await page.getByRole("main").getByRole("button", { name: /Take next/ }).first().waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("m");
    await page.waitForURL(/quarantine/);

    // Why a mail waits, the evidence, and the three ways out. Others' text is never HTML.
    const stranger = page.getByRole("article", { name: "Re: The kettle" });
    await stranger.getByText(/names a mail that its sender had no part in/).waitFor();
    await stranger.getByText("Evidence", { exact: true }).click();
    await stranger.getByRole("row", { name: /Names.*The kettle.*does not count/ }).waitFor();
    await expectAccessible(page, "quarantine with evidence", ["light"]);
    await stranger.getByRole("button", { name: "Add to the ticket" }).click();
    await stranger.waitFor({ state: "hidden" });
    await eventually(
      "the next mail has the focus",
      () => page.evaluate(() => document.activeElement?.id.startsWith("mail-") ?? false),
    );
    // Many at once: how many it would be, then the one that a filter leaves.
    await page.keyboard.press("Shift+A");
    const bar = page.getByRole("toolbar", { name: "Decide on several mails" });
    await bar.getByText("2 mails selected").waitFor();
    await page.keyboard.press("t");
    const tickets = page.getByRole("dialog", { name: "Open a ticket from one mail?" });
    await tickets.getByText("One of the selected mails does not say who wrote it").waitFor();
    await expectAccessible(page, "a decision on many mails");
    await closeByEscape(page, tickets);
    const invoice = page.getByRole("article", { name: "Invoice" });
    await page.getByLabel("Why they wait").selectOption("sender_refused_by_its_domain");
    await bar.getByText("One mail", { exact: true }).waitFor();
    await page.getByRole("textbox", { name: "Sender" }).fill("example.com");
    await page.getByRole("textbox", { name: "Sender" }).press("Enter");
    await page.waitForURL(/reason=sender_refused_by_its_domain&sender=example\.com/);
    await invoice.getByRole("checkbox").check();
    await page.keyboard.press("s");
    const spam = page.getByRole("dialog", { name: "Mark one mail as spam?" });
    await spam.getByRole("button", { name: "Mark one mail" }).click();
    await spam.getByText("One mail is marked as spam.").waitFor();
    await spam.getByRole("button", { name: "Done" }).click();
    await page.getByText("No mail in quarantine matches").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("article", { name: "From nobody" }).getByRole("button", { name: "New ticket" }).click();
    const dialog = page.getByRole("dialog", { name: "New ticket" });
    expect(await dialog.getByRole("button", { name: "Open a ticket" }).isDisabled(), "a mail of nobody needs a person");
    await dialog.getByLabel("Requester").fill("Noa");
    await page.getByRole("option", { name: /Noa Levi/ }).click();
    await dialog.getByRole("button", { name: "Open a ticket" }).click();
    await page.getByText("Nothing waits").waitFor();
    const outcomes = await api(ana).rows("inbound_emails", "decided_by=not.is.null&select=outcome&order=outcome");
    expectEqual(outcomes.map(({ outcome }) => outcome), ["appended", "created", "spam"], "outcomes");

    // The ticket: what is not verified, what is quoted, how each mail came here.
    await page.goto(`/tickets/${kettle.ticket_id}`);
    const answer = page.getByRole("article").filter({ hasText: "It is the blue one" });
    await answer.getByText("Sender not verified").waitFor();
    await answer.getByText("Subject changed").waitFor();
    expectEqual(await answer.getByText("Which kettle do you have?").count(), 0, "quoted text is folded");
    await answer.getByRole("button", { name: "Show quoted text" }).click();
    await answer.getByText("Which kettle do you have?").waitFor();
    await answer.getByRole("button", { name: "How this mail came here" }).click();
    await answer.getByText(/In-Reply-To names a mail of the ticket/).waitFor();
    await answer.getByRole("table", { name: "Evidence" }).waitFor();
    await page.getByRole("article").filter({ hasText: "Send it to me." }).getByText("Sender not verified").waitFor();

    // Who receives copies.
    const people = page.getByRole("region", { name: "Participants" });
    const copies = (address: string) =>
      people.getByRole("listitem").filter({ hasText: address }).getByRole("checkbox", {
        name: "Receives copies of replies",
      });
    await copies("tom@elsewhere.example").waitFor();
    expectEqual(await copies("tom@elsewhere.example").isChecked(), true, "Tom was in copy of a verified mail");
    expectEqual(await copies("eve@elsewhere.example").isChecked(), false, "Eve waits for somebody's leave");
    await copies("eve@elsewhere.example").click();
    await eventually("Eve receives copies", () => copies("eve@elsewhere.example").isChecked());
    await people.getByLabel("Add an address").fill("boss@example.com");
    await people.getByRole("button", { name: "Add", exact: true }).click();
    await people.getByText("boss@example.com").waitFor();
    await people.getByRole("button", { name: "Remove tom@elsewhere.example" }).click();
    await eventually("Tom is gone", async () => await people.getByText("tom@elsewhere.example").count() === 0);
    const rows = await api(ana).rows("ticket_participants", `ticket_id=eq.${kettle.ticket_id}&order=address`);
    expectEqual(rows.map((row) => [row.address, row.receives_copies]), [
      ["boss@example.com", true],
      ["eve@elsewhere.example", true],
    ], "participants");

    // To whom an answer goes, what became of each mail, and a warning before the next one.
    await page.getByRole("tab", { name: "Reply" }).click();
    const reply = page.getByRole("textbox", { name: "Reply to Mei Tanaka" });
    await reply.fill("It leaks at the seal.");
    await reply.press("Control+Enter");
    const mailed = page.getByRole("article").filter({ hasText: "It leaks at the seal." });
    const mailTo = (address: string) => mailed.getByRole("listitem").filter({ hasText: address });
    await mailTo("mei@example.com").getByText("waits to be mailed").waitFor();
    // Mei's acknowledgement comes before the answer to her: until nothing is left.
    for (let mails = [null]; mails.length > 0;) {
      mails = await system.rpc("lease_deliveries", { kind: "email" });
      for (const { delivery_id, lease } of mails as unknown as { delivery_id: string; lease: string }[]) {
        await system.rpc("settle_delivery", { delivery_id, lease, outcome: "done", status: 250 });
      }
    }
    await mailTo("mei@example.com").getByText("mailed", { exact: true }).waitFor();
    const [eve] = await api(ana).rows("outbound_emails", "recipient=eq.eve@elsewhere.example");
    await system.rpc("report_delivery", { mail_id: eve.minted_id, outcome: "bounced", detail: "550 No such user" });
    await mailTo("eve@elsewhere.example").getByText("did not arrive").waitFor();
    await page.getByText("A mail did not arrive").waitFor();
    await page.getByRole("alert").getByText("eve@elsewhere.example receives no mail from here").waitFor();
    await expectAccessible(page, "a ticket with mails", ["light"]);
    const settings = await open(world.people.ada, "/admin/mail");
    await settings.getByRole("row", { name: /eve@elsewhere.*No such mailbox/ }).getByRole("button").click();
    await settings.getByText("All addresses receive mail.").waitFor();

    // Which mails the agent receives.
    await page.goto("/settings");
    const mentions = page.getByRole("switch", { name: "Somebody mentions me in a note" });
    const isOn = await mentions.isChecked();
    await mentions.click();
    await eventually("the choice is kept", async () => {
      const preferences = await api(ana).rpc("notification_preferences");
      return preferences.mentioned === !isOn && preferences.chosen.includes("mentioned");
    });
  },
);
