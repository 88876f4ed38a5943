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

story(
  "thirty seconds without a network: nothing is lost and nothing is twice, for both sides",
  { night: true },
  async (told) => {
    const { world, open, api, allow } = told;
    allow(/WebSocket/, /ERR_INTERNET_DISCONNECTED/, /Failed to fetch/);
    const { parcel } = world.tickets, path = parcel.ticket_id;
    const { ana, ben, mei } = world.people;
    const agent = await open(ana, "/settings", { preferences: { undoSeconds: 0 } });
    const customer = await open(mei, "/settings");
    const wires = [await wire(agent), await wire(customer)];
    await agent.goto(`/tickets/${path}`);
    await customer.goto(`/requests/${path}`);
    const both = [agent.getByRole("region", { name: "Conversation" }), customer.getByRole("main")];
    for (const side of both) await side.getByText("I have asked the carrier.").first().waitFor();
    // The first message shows that both are connected.
    await api(mei).rpc("send_reply", { ticket_id: path, body: "Message 0" });
    for (const side of both) await side.getByText("Message 0", { exact: true }).waitFor();

    const began = Date.now();
    for (const [index, page] of [agent, customer].entries()) {
      await page.context().setOffline(true);
      await wires[index]!.cut();
    }
    // Both write without a network; others write to them.
    await agent.keyboard.press("n");
    await agent.keyboard.type("The carrier has two parcels.");
    await agent.keyboard.press("Control+Enter");
    await agent.getByText("No connection. It is sent by itself").first().waitFor();
    await customer.getByLabel("Write a message").fill("Is it the blue one?");
    await customer.getByRole("button", { name: "Send", exact: true }).click();
    await customer.getByText("No connection. It is sent by itself").first().waitFor();
    for (let number = 1; number <= 20; number++) {
      await api(mei).rpc("send_reply", { ticket_id: path, body: `Message ${number}` });
    }
    await api(ben).rpc("add_note", { ticket_id: path, body: "Seen by Ben." });
    await api(ben).update("tickets", `ticket_id=eq.${path}`, { priority: "urgent" });
    await agent.getByText(/^Offline/).waitFor();
    await customer.getByText(/^Offline/).waitFor();
    await new Promise((done) => setTimeout(done, began + 30_000 - Date.now()));

    for (const [index, page] of [agent, customer].entries()) {
      wires[index]!.mend();
      await page.context().setOffline(false);
    }
    const wanted = Array.from({ length: 21 }, (_, number) => `Message ${number}`);
    for (const side of both) {
      await side.getByText("Message 20", { exact: true }).waitFor({ timeout: 60_000 });
      await side.getByText("Is it the blue one?").waitFor();
      await eventually("each is there once, in order", async () => {
        const shown = (await side.getByText(/^Message \d+$/).allTextContents()).map((text) => text.trim());
        return JSON.stringify(shown) === JSON.stringify(wanted);
      });
    }
    for (const text of ["The carrier has two parcels.", "Seen by Ben."]) {
      await both[0]!.getByText(text).waitFor();
      expectEqual(await both[1]!.getByText(text).count(), 0, "notes for the customer");
    }
    await eventually("nothing waits", async () => await agent.getByRole("article", { name: /^Not/ }).count() === 0);
    const priority = agent.getByRole("combobox", { name: "Priority" });
    await eventually("the priority is there", async () => await priority.inputValue() === "urgent");
    const system = api("system");
    const count = async (table: string, text: string) =>
      (await system.rows(table, `ticket_id=eq.${path}&body=eq.${text}`)).length;
    expectEqual(
      [await count("messages", "Is it the blue one?"), await count("notes", "The carrier has two parcels.")],
      [1, 1],
      "what was written without a network",
    );
    // The live connection is there again, not only the requests.
    await api(mei).rpc("send_reply", { ticket_id: path, body: "Afterwards" });
    for (const side of both) await side.getByText("Afterwards", { exact: true }).waitFor();
  },
);

story(
  "a list shows what others do, without jumping under the pointer",
  { night: true },
  async ({ world, open, api }) => {
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
  },
);

story(
  "a ticket that goes to another team leaves the list of the first, also after a lost connection",
  { night: true },
  async (told) => {
    const { world, open, api, allow } = told;
    allow(/WebSocket/);
    const { printer, parcel } = world.tickets;
    const page = await open(world.people.ben, "/settings");
    const { cut, mend } = await wire(page);
    await page.goto("/queue?view=open&sort=-created_at");
    const row = (title: string) => page.getByRole("row", { name: new RegExp(title) });
    await row("printer").waitFor();
    const isGone = (title: string) =>
      eventually(
        `the row of the ${title} is struck through`,
        () => row(title).evaluate((element) => getComputedStyle(element).textDecorationLine === "line-through"),
      );
    // The first event shows that the connection is there.
    await api(world.people.noa).rpc("create_ticket", { title: "The door is locked", team_id: world.teams.Support });
    await page.getByRole("button", { name: /1 newer ticket/ }).waitFor();
    const ada = api(world.people.ada);
    await ada.rpc("transfer_ticket", { ticket_id: printer.ticket_id, team_id: world.teams.Billing });
    await isGone("printer");

    await cut();
    await ada.rpc("transfer_ticket", { ticket_id: parcel.ticket_id, team_id: world.teams.Billing });
    await new Promise((done) => setTimeout(done, 1_000));
    mend();
    await eventually("the row of the parcel is struck through or gone", async () =>
      await row("parcel").count() === 0 ||
      await row("parcel").evaluate((element) => getComputedStyle(element).textDecorationLine === "line-through"), 60);
  },
);

story(
  "what an admin changes is on the pages of agents at once: fields, teams, the assistant",
  { night: true },
  async (told) => {
    const { world, open, api } = told;
    const { printer } = world.tickets;
    const page = await open(world.people.ana, `/tickets/${printer.ticket_id}`);
    await page.getByRole("region", { name: "Assistant" }).getByRole("button", { name: "Suggest a reply" }).waitFor();
    const ada = api(world.people.ada);
    // A message shows that the connection is there.
    await api(world.people.mei).rpc("send_reply", { ticket_id: printer.ticket_id, body: "It burns still." });
    await page.getByRole("region", { name: "Conversation" }).getByText("It burns still.").waitFor();

    await ada.rpc("create_field", { key: "floor", type: "integer", label: "Floor", audience: "staff_only" });
    await page.getByRole("complementary", { name: "Details" }).getByLabel("Floor").waitFor();
    await ada.update("teams", `team_id=eq.${world.teams.Billing}`, { name: "Invoices" });
    await eventually(
      "the team has its new name",
      async () => (await page.getByRole("combobox", { name: "Team" }).innerText()).includes("Invoices"),
    );
    await ada.update("ai_settings", "singleton=eq.true", { is_enabled: false });
    await page.getByText("The assistant is switched off.").waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "Knowledge" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await ada.rpc("save_article", { slug: "fire", title: "When a printer burns", body: "Switch it off." });
    await page.getByText("When a printer burns").waitFor();
  },
);
