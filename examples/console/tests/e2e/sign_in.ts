/** Signing in: by mail, with a new password, after an expired session, and when the helpdesk is closed. */
import type { Locator, Page } from "playwright-core";
import { eventually, expectEqual, story } from "./harness.ts";
import type { World } from "./world.ts";

const NEW_PASSWORD = "another good password";

type Mail = { to: string; text: string; link: string };

const received = new Map<string, number>();

/** The next mail to an address that the local stack would have sent; the page may say so before it is there. */
async function mailTo(world: World, address: string): Promise<Mail> {
  const known = received.get(address) ?? 0;
  let mails: Mail[] = [];
  await eventually(`mail ${known + 1} to ${address}`, async () => {
    const answer = await fetch(`${world.url}/_stack/mails`, { headers: { apikey: world.secret_key } });
    mails = (await answer.json() as Mail[]).filter(({ to }) => to === address);
    return mails.length > known;
  });
  received.set(address, known + 1);
  return mails[known]!;
}

/** Open the tab; the panel of the tab before may be there for one more frame, with a field of the same name. */
async function linkByMail(page: Page): Promise<Locator> {
  await page.getByRole("tab", { name: "Link by e-mail" }).click();
  return page.getByRole("tabpanel", { name: "Link by e-mail" });
}

story(
  "a forgotten password is reset by mail, and its link works once",
  { night: true },
  async ({ world, open, expectAccessible }) => {
    const { email } = world.people.mei;
    const page = await open(null, "/sign-in");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByRole("heading", { name: "Reset your password" }).waitFor();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Send link" }).click();
    await page.getByText("a mail is on its way").waitFor();
    const { link } = await mailTo(world, email);

    const fresh = await open(null, "/sign-in");
    await fresh.goto(link);
    await fresh.getByRole("heading", { name: "Choose a password" }).waitFor();
    expectEqual(new URL(fresh.url()).hash + new URL(fresh.url()).search, "", "what is left of the link in the address");
    await expectAccessible(fresh);
    await fresh.getByLabel("New password").fill(NEW_PASSWORD);
    await fresh.keyboard.press("Enter");
    await fresh.waitForURL(/\/requests$/);

    const again = await open(null, "/sign-in");
    await again.goto(link);
    await again.getByText("has expired, or was used already").waitFor();
    await again.goto("/sign-in");
    await again.getByLabel("E-mail address").fill(email);
    await again.getByLabel("Password", { exact: false }).last().fill(NEW_PASSWORD);
    await again.keyboard.press("Enter");
    await again.waitForURL(/\/requests$/);
  },
);

story(
  "a mail signs in without a password, by its code and by its link",
  { night: true },
  async ({ world, open, expectAccessible }) => {
    const { email } = world.people.ana;
    const page = await open(null, "/sign-in");
    await (await linkByMail(page)).getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Send link" }).click();
    await page.getByLabel("Code from the mail").waitFor();
    await expectAccessible(page);
    const mail = await mailTo(world, email);
    await page.getByLabel("Code from the mail").fill(/\b\d{6}\b/.exec(mail.text)![0]);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((url: URL) => !url.pathname.startsWith("/sign-in"));

    const other = await open(null, "/sign-in");
    await (await linkByMail(other)).getByLabel("E-mail address").fill(email);
    await other.getByRole("button", { name: "Send link" }).click();
    await other.getByLabel("Code from the mail").waitFor();
    await other.goto((await mailTo(world, email)).link);
    await other.getByRole("navigation").first().waitFor();
    expectEqual(new URL(other.url()).hash, "", "what is left of the link in the address");
  },
);

story(
  "a link of somebody else asks before it replaces a session, and then nothing of the first person is left",
  async ({
    world,
    open,
    expectAccessible,
  }) => {
    const { mei, noa } = world.people;
    const linkOf = async (email: string) => {
      const page = await open(null, "/reset-password");
      await page.getByLabel("E-mail address").fill(email);
      await page.getByRole("button", { name: "Send link" }).click();
      await page.getByText("a mail is on its way").waitFor();
      return (await mailTo(world, email)).link;
    };
    const first = await open(mei, "/requests");
    await first.getByText("Where is my parcel?").waitFor();

    const tab = await first.context().newPage();
    await tab.goto(await linkOf(noa.email));
    await tab.getByRole("heading", { name: "Sign in as somebody else?" }).waitFor();
    await tab.getByText("You are signed in as mei@example.com. The link from the mail signs you in as noa@example.com.")
      .waitFor();
    expectEqual(new URL(tab.url()).hash, "", "what is left of the link in the address");
    await expectAccessible(tab);
    await tab.getByRole("button", { name: "Stay signed in" }).click();
    await tab.getByRole("navigation").getByText("Mei Tanaka").first().waitFor();

    // One's own link asks nothing.
    await tab.goto(await linkOf(mei.email));
    await tab.getByRole("heading", { name: "Choose a password" }).waitFor();

    await tab.goto(await linkOf(noa.email));
    await tab.getByRole("button", { name: "Use the link" }).click();
    await tab.getByRole("heading", { name: "Choose a password" }).waitFor();
    await tab.getByText("For noa@example.com.").waitFor();
    // The tab that was open is hers as well.
    await first.getByRole("navigation").getByText("Noa Levi").first().waitFor();
    await first.getByText("Invoice 17 is wrong").waitFor();
    expectEqual(await first.getByText("Where is my parcel?").count(), 0, "requests of the first person");
  },
);

story("nobody learns whether an address has a login", { night: true }, async ({ open }) => {
  const page = await open(null, "/sign-in");
  await (await linkByMail(page)).getByLabel("E-mail address").fill("nobody@example.com");
  await page.getByRole("button", { name: "Send link" }).click();
  await page.getByText("a mail is on its way").waitFor();
});

story("a wrong password says so, and the sign-in goes on to the page that was asked for", async ({ world, open }) => {
  const { email, password } = world.people.mei;
  const { ticket_id } = world.tickets.parcel!;
  const page = await open(null, `/requests/${ticket_id}`);
  await page.getByText("Sign in to go on where you were.").waitFor();
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "The address or the password is wrong." }).waitFor();
  await page.locator("input[type=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/requests/${ticket_id}$`));
});

story(
  "a session that has ended asks to sign in, and what was typed is still there",
  { night: true },
  async ({ world, open }) => {
    const { email, password } = world.people.mei;
    const { ticket_id } = world.tickets.parcel!;
    const page = await open(world.people.mei, `/requests/${ticket_id}`);
    await page.getByLabel("Write a message").fill("Half a sentence");
    await page.getByText("Kept on this device").waitFor();
    await page.waitForTimeout(500);
    await page.evaluate((key) => {
      const session = JSON.parse(localStorage.getItem(key)!);
      localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1, refresh_token: "gone" }));
    }, `helpdesk.session.${world.key.slice(-8)}`);
    await page.reload();
    await page.waitForURL(/sign-in/);
    await page.locator("input[type=email]").fill(email);
    await page.locator("input[type=password]").fill(password);
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/requests/${ticket_id}$`));
    await eventually(
      "the draft is there",
      async () => await page.getByLabel("Write a message").inputValue() === "Half a sentence",
    );
  },
);

story("a deactivated account is told so, and what to do", async ({ world, open, api, expectAccessible }) => {
  await api(world.people.ada).rpc("deactivate_user", { user_id: world.people.mei.user_id });
  const page = await open(world.people.mei, "/requests");
  await page.getByRole("heading", { name: "Your account is deactivated" }).waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/sign-in/);
});

story(
  "who is invited gets a mail, chooses a password and has the role",
  async ({ world, open, api, expectAccessible }) => {
    const email = "new.agent@example.com";
    const admin = await open(world.people.ada, "/admin/people");
    await admin.getByRole("button", { name: "Invite" }).click();
    const window = admin.getByRole("dialog");
    await window.getByLabel("E-mail address").fill(email);
    await window.getByLabel("Name").fill("New Agent");
    await window.getByRole("checkbox", { name: "Send them a mail with a link that signs them in" }).uncheck();
    await expectAccessible(admin, "the window of an invitation");
    await window.getByRole("button", { name: "Invite" }).click();
    // The mail can be sent later, and again.
    const invitation = admin.getByRole("region", { name: "Invitations" }).getByRole("row", { name: new RegExp(email) });
    await invitation.getByRole("button", { name: "Send the mail" }).click();
    await admin.getByText(`A mail is on its way to ${email}.`).waitFor();

    const page = await open(null, "/sign-in");
    await page.goto((await mailTo(world, email)).link);
    await page.getByRole("heading", { name: "Choose a password" }).waitFor();
    await page.getByText(`For ${email}.`).waitFor();
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/dashboard$/);
    await page.getByRole("navigation").getByText("New Agent").first().waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "Proposals" }).waitFor();
    const [person] = await api("system").rows("users", `email=eq.${email}&select=role,name,is_active`);
    expectEqual(person, { role: "agent", name: "New Agent", is_active: true }, "the person");
    // The admin is still the admin, and sees that it was accepted.
    await admin.getByRole("region", { name: "Invitations" }).getByText("No open invitations").waitFor();
    await admin.getByRole("navigation").getByText("Ada Admin").first().waitFor();

    const again = await open(null, "/sign-in");
    await again.getByLabel("E-mail address").fill(email);
    await again.getByLabel("Password", { exact: false }).last().fill(NEW_PASSWORD);
    await again.keyboard.press("Enter");
    await again.waitForURL(/\/dashboard$/);
  },
);
