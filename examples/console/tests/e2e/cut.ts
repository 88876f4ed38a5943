/** The live connection: what happens elsewhere is here at once, and after a cut nothing is missing or twice. */
import type { Page, WebSocketRoute } from "playwright-core";
import { eventually, expectEqual, story } from "./harness.ts";

/** The page's socket, which the story can cut; while it is cut, each new connection ends at once. */
async function wire(page: Page): Promise<{ cut: () => Promise<void>; mend: () => void }> {
  const open = new Set<WebSocketRoute>();
  let isCut = false;
  await page.routeWebSocket(/\/realtime\//, (socket) => {
    if (isCut) return void socket.close({ code: 1011 });
    const server = socket.connectToServer();
    open.add(socket);
    server.onClose(() => void socket.close());
  });
  return {
    async cut() {
      isCut = true;
      for (const socket of open) await socket.close({ code: 1011 });
      open.clear();
    },
    mend: () => isCut = false,
  };
}

story("the connection is cut, and twenty changes later everything is there once", async (told) => {
  const { world, open, api, allow } = told;
  allow(/WebSocket/);
  const { parcel } = world.tickets;
  const page = await open(world.people.ana, "/settings");
  const { cut, mend } = await wire(page);
  await page.goto(`/tickets/${parcel.ticket_id}`);
  const conversation = page.getByRole("region", { name: "Conversation" });
  await conversation.getByText("I have asked the carrier.").waitFor();

  const mei = api(world.people.mei);
  await mei.rpc("send_reply", { ticket_id: parcel.ticket_id, body: "Message 0" });
  await conversation.getByText("Message 0", { exact: true }).waitFor();

  await cut();
  for (let number = 1; number <= 20; number++) {
    await mei.rpc("send_reply", { ticket_id: parcel.ticket_id, body: `Message ${number}` });
  }
  await api(world.people.ben).update("tickets", `ticket_id=eq.${parcel.ticket_id}`, { priority: "urgent" });
  mend();
  await conversation.getByText("Message 20", { exact: true }).waitFor({ timeout: 60_000 });
  const shown = (await conversation.getByText(/^Message \d+$/).allTextContents()).map((text) => text.trim());
  expectEqual(shown, Array.from({ length: 21 }, (_, number) => `Message ${number}`), "each once, in order");
  await eventually(
    "the priority is the new one",
    async () => await page.getByRole("combobox", { name: "Priority" }).inputValue() === "urgent",
  );
});

story("a list shows what others do, without jumping under the pointer", async ({ world, open, api }) => {
  const page = await open(world.people.ana, "/queue?view=open&sort=-created_at");
  const rows = page.getByRole("grid").getByRole("row");
  await page.getByRole("row", { name: /parcel/ }).waitFor();
  const before = await rows.count();
  await api(world.people.noa).rpc("create_ticket", { title: "The door is locked", team_id: world.teams.Support });
  await page.getByRole("button", { name: /1 newer ticket/ }).waitFor();
  expectEqual(await rows.count(), before, "rows before somebody asks for the newer ones");
  await page.keyboard.press(".");
  await page.getByRole("row", { name: /The door is locked/ }).waitFor();

  // A ticket that is resolved leaves the list, but not before the next step.
  await api(world.people.ben).update("tickets", `ticket_id=eq.${world.tickets.printer.ticket_id}`, {
    status: "resolved",
  });
  const printer = page.getByRole("row", { name: /printer/ });
  await eventually(
    "the row is struck through",
    () => printer.evaluate((row) => getComputedStyle(row).textDecorationLine === "line-through"),
  );
  await page.keyboard.press("j");
  await eventually("the row is gone", async () => await printer.count() === 0);
});
