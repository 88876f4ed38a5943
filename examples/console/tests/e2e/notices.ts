/** A hidden page tells what happens to the person's tickets, if they want it; the browser is asked by a click only. */
import type { Page } from "playwright-core";
import { eventually, expectEqual, story } from "./harness.ts";

type Shown = { title: string; tag?: string };
type Fake = { asked: number; shown: Shown[]; click(): void };

/** Notifications that the page can read, and a page that can be hidden. */
async function fake(page: Page, answer: NotificationPermission): Promise<void> {
  await page.addInitScript((answer) => {
    const made: { title: string; tag?: string; onclick?: () => void }[] = [];
    const store = { asked: 0, shown: made, click: () => made.at(-1)?.onclick?.() };
    class Notification {
      static permission = sessionStorage.getItem("permission") ?? "default";
      static requestPermission(): Promise<string> {
        store.asked++;
        sessionStorage.setItem("permission", Notification.permission = answer);
        return Promise.resolve(answer);
      }
      onclick?: () => void;
      tag?: string;
      constructor(readonly title: string, options: { tag?: string }) {
        this.tag = options.tag;
        made.push(this);
      }
      close(): void {}
    }
    let isHidden = false;
    const hide = (hidden: boolean) => {
      isHidden = hidden;
      document.dispatchEvent(new Event("visibilitychange"));
    };
    Object.defineProperty(document, "hidden", { get: () => isHidden });
    Object.assign(globalThis, { Notification, notices: store, hide });
  }, answer);
}

const told = (page: Page) =>
  page.evaluate(() => {
    const { asked, shown } = (globalThis as unknown as { notices: Fake }).notices;
    return { asked, shown: shown.map(({ title }) => title) };
  });
const hide = (page: Page, isHidden: boolean) =>
  page.evaluate((hidden) => (globalThis as unknown as { hide(hidden: boolean): void }).hide(hidden), isHidden);

story(
  "an agent is told of an assignment and of a reply while the page is hidden",
  { night: true },
  async ({ world, open, api, expectAccessible }) => {
    const { printer, parcel } = world.tickets, { ana, ada, mei } = world.people;
    const page = await open(ana, "/help");
    await fake(page, "granted");
    await page.goto("/settings");
    const notices = page.getByRole("group", { name: "Notifications while this page is hidden" });
    const replies = notices.getByRole("switch", { name: "A requester replies on a ticket that I have" });
    await replies.waitFor();
    expectEqual((await told(page)).asked, 0, "questions before a click");
    expectEqual(await replies.isChecked(), false, "off by default");
    await replies.click();
    await notices.getByRole("switch", { name: "Somebody assigns a ticket to me" }).click();
    expectEqual((await told(page)).asked, 1, "questions");
    await expectAccessible(page);

    await page.goto("/queue?view=open");
    await page.getByRole("row", { name: /parcel/ }).waitFor();
    // While it is seen, it tells nothing; the row shows that the connection is there.
    await api(mei).rpc("send_reply", { ticket_id: parcel.ticket_id, body: "Hello?" });
    await page.getByRole("row", { name: /parcel/ }).getByRole("img", { name: "Changed since you saw it" }).waitFor()
      .catch(() => undefined);
    expectEqual((await told(page)).shown, [], "notifications while the page is seen");

    await hide(page, true);
    await api(mei).rpc("send_reply", { ticket_id: parcel.ticket_id, body: "Is anybody there?" });
    await eventually("the reply is told", async () => (await told(page)).shown.length === 1, 30);
    await api(ada).rpc("assign_ticket", { ticket_id: printer.ticket_id, assignee_id: ana.user_id });
    await eventually("the assignment is told", async () => (await told(page)).shown.length === 2, 30);
    expectEqual(
      (await told(page)).shown,
      [`Mei Tanaka replied on #${parcel.number}`, `#${printer.number} is assigned to you`],
      "notifications",
    );
    await eventually("the title of the tab counts both", async () => await page.title() === "(2) Helpdesk");
    await page.evaluate(() => (globalThis as unknown as { notices: Fake }).notices.click());
    await page.waitForURL(new RegExp(printer.ticket_id));
    await hide(page, false);
    await eventually("the tab that is seen again counts nothing", async () => await page.title() === "Helpdesk");
  },
);

story(
  "a browser that forbids notifications says so, and the number in the title remains",
  { night: true },
  async ({ world, open, api }) => {
    const { parcel } = world.tickets, { ana, mei } = world.people;
    const page = await open(ana, "/help");
    await fake(page, "denied");
    await page.goto("/settings");
    await page.getByRole("group", { name: "Notifications while this page is hidden" }).getByRole("switch", {
      name: "A requester replies on a ticket that I have",
    }).click();
    await page.getByText("The browser does not allow notifications here").waitFor();
    await page.getByText("Ana Duarte").first().waitFor();
    await hide(page, true);
    await eventually("the title counts", async () => {
      await api(mei).rpc("send_reply", { ticket_id: parcel.ticket_id, body: "Hello?" });
      await page.waitForTimeout(1_000);
      return /^\(\d\) Helpdesk$/.test(await page.title());
    }, 30);
    expectEqual((await told(page)).shown, [], "notifications");
  },
);
