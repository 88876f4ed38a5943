/** Files that were chosen are not lost by a reload: before a request is sent, and in the middle of an upload. */
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { eventually, expect, expectEqual, type Story, story } from "./harness.ts";

const PHOTO = { name: "photo.txt", mimeType: "text/plain", buffer: Buffer.from("a picture in words") as never };
const LIST = { name: "list.txt", mimeType: "text/plain", buffer: Buffer.from("one, two") as never };

async function attach(page: Page, ...files: (typeof PHOTO)[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles(files);
}

const UPLOADS = "**/storage/v1/object/helpdesk-attachments/**", CHECKS = "**/functions/v1/check-attachment";

/** Such requests do not end until the page is loaded anew. The browser asks whether the page may go: it may. */
async function hang(page: Page, requests: string): Promise<{ again(): Promise<void> }> {
  page.on("dialog", (dialog) => void dialog.accept());
  await page.route(requests, () => {});
  return {
    again: async () => {
      // The page goes first: what is held is sent as soon as nobody holds it.
      await page.reload({ waitUntil: "commit" });
      await page.unroute(requests);
    },
  };
}

story("files of a new request survive a reload before and after it is sent", async ({ world, open, api, allow }) => {
  allow(/beforeunload/);
  const page = await open(world.people.mei, "/requests/new");
  await page.getByLabel("What is it about?").fill("The kettle leaks");
  await attach(page, PHOTO, LIST);
  const files = page.getByRole("list", { name: "Files" });
  await page.getByText("Kept on this device").waitFor();
  await eventually("both files are kept", async () => await keptFiles(page) === 2);
  await page.reload();
  await files.getByText("photo.txt").waitFor();
  expectEqual(await page.getByLabel("What is it about?").inputValue(), "The kettle leaks", "the title");
  await files.getByRole("button", { name: "Remove list.txt" }).click();
  await eventually("one file is kept", async () => await keptFiles(page) === 1);
  await page.reload();
  await files.getByText("photo.txt").waitFor();
  expectEqual(await files.getByRole("listitem").count(), 1, "files");

  const { again } = await hang(page, UPLOADS);
  await page.getByRole("button", { name: "Send request" }).click();
  await page.waitForURL(/\/requests\/[0-9a-f-]{36}$/);
  await files.getByText("photo.txt").waitFor();
  await again();
  await page.getByRole("button", { name: "Save photo.txt" }).waitFor();
  const ticketId = new URL(page.url()).pathname.split("/").at(-1);
  const rows = () => api("system").rows("attachments", `ticket_id=eq.${ticketId}&select=file_name,placement,size`);
  expectEqual(await rows(), [{ file_name: "photo.txt", placement: "ticket", size: 18 }], "files of the request");
  expectEqual(await keptFiles(page), 0, "files on the device");

  await page.goto("/requests/new");
  await page.getByLabel("What is it about?").waitFor();
  expectEqual(await files.count(), 0, "files of the next request");
});

/** Ana attaches a file to a reply, loads the page anew while it is on its way, and sends the reply. */
async function replyAfterReload({ world, open, api, allow }: Story, requests: string): Promise<void> {
  allow(/beforeunload/);
  const { parcel } = world.tickets;
  const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`, { preferences: { undoSeconds: 0 } });
  await page.getByText("I have asked the carrier.").first().waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("Here is the list.");
  const { again } = await hang(page, requests);
  const held = page.waitForRequest(requests);
  await attach(page, LIST);
  const file = page.getByRole("list", { name: "Files" }).getByRole("listitem").filter({ hasText: "list.txt" });
  await file.waitFor();
  await page.getByText("Draft kept on this device").waitFor();
  await held;
  await eventually("the file is kept", async () => await keptFiles(page) === 1);
  await again();
  await file.getByText("ready").waitFor();
  await page.getByRole("textbox", { name: "Reply to Mei Tanaka" }).press("Control+Enter");
  await page.getByRole("region", { name: "Conversation" }).getByRole("button", { name: "Save list.txt" }).waitFor();
  const seen = await api(world.people.mei).rows("attachments", `ticket_id=eq.${parcel.ticket_id}&select=file_name`);
  expectEqual(seen, [{ file_name: "list.txt" }], "what the customer gets");
  await eventually("no file is left on the device", async () => await keptFiles(page) === 0);
}

story(
  "an upload that a reload has ended begins anew, and goes with the reply",
  { night: true },
  (told) => replyAfterReload(told, UPLOADS),
);

story("a check that a reload has ended is asked for again", { night: true }, (told) => replyAfterReload(told, CHECKS));

story("who signs out leaves no file behind", { night: true }, async ({ world, open }) => {
  const page = await open(world.people.mei, "/requests/new");
  await attach(page, PHOTO);
  await page.getByRole("list", { name: "Files" }).getByText("photo.txt").waitFor();
  await eventually("the file is kept", async () => await keptFiles(page) === 1);
  await page.waitForTimeout(500);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Delete and sign out" }).click();
  await page.waitForURL(/sign-in/);
  expect(await keptFiles(page) === 0, "a file is left on the device");
});

async function keptFiles(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    const opened = indexedDB.open("helpdesk-files");
    await new Promise((done) => opened.onsuccess = done);
    if (!opened.result.objectStoreNames.contains("files")) return 0;
    const counted = opened.result.transaction("files").objectStore("files").count();
    await new Promise((done) => counted.onsuccess = done);
    opened.result.close();
    return counted.result;
  });
}

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

story("a picture that a text names is shown in its place, to requester and agent", async ({ world, open }) => {
  const { printer } = world.tickets;
  const mei = await open(world.people.mei, `/requests/${printer.ticket_id}`);
  await attach(mei, { name: "shot.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") as never });
  await mei.getByRole("list", { name: "Files" }).getByText("shot.png").waitFor();
  await mei.getByRole("textbox").first().fill(
    "Before ![screen](attachment:shot.png) after. ![gone](attachment:gone.png) [link](attachment:shot.png)",
  );
  await mei.getByRole("button", { name: "Send" }).click();
  const ana = await open(world.people.ana, `/tickets/${printer.ticket_id}`);
  for (const page of [mei, ana]) {
    const picture = page.getByRole("img", { name: "shot.png" });
    await picture.waitFor();
    await eventually(
      "the picture is loaded",
      () => picture.evaluate((one) => (one as HTMLImageElement).naturalWidth > 0),
    );
    await page.getByText("[gone]").waitFor();
    expectEqual(await page.getByRole("link", { name: "link", exact: true }).count(), 0, "links to files");
  }
});
