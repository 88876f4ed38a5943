/** What changes elsewhere arrives by itself: also after a lost connection, and when the person's own rights change. */
import type { WebSocketRoute } from "playwright-core";
import { eventually, expect, expectEqual, story } from "./harness.ts";

story(
  "what was missed while the connection was lost arrives once",
  { night: true },
  async ({ world, open, api, allow }) => {
    allow(/WebSocket/, /ERR_INTERNET_DISCONNECTED/, /Failed to fetch/);
    const { printer } = world.tickets;
    const mei = api(world.people.mei);
    const page = await open(world.people.ana, "/settings");
    const sockets: WebSocketRoute[] = [];
    let isCut = false;
    await page.routeWebSocket(/realtime/, (socket) => {
      if (isCut) return void socket.close();
      socket.connectToServer();
      sockets.push(socket);
    });
    await page.goto(`/tickets/${printer.ticket_id}`);
    const conversation = page.getByRole("region", { name: "Conversation" });
    await conversation.getByText("Smoke comes out of it.").waitFor();
    await mei.rpc("send_reply", { ticket_id: printer.ticket_id, body: "Message 0." });
    await conversation.getByText("Message 0.").waitFor();
    expect(sockets.length > 0, "the page listens on a socket");

    isCut = true;
    await page.context().setOffline(true);
    for (const socket of sockets) await socket.close();
    for (let number = 1; number <= 10; number++) {
      await mei.rpc("send_reply", { ticket_id: printer.ticket_id, body: `Message ${number}.` });
      await mei.rpc("create_ticket", { title: `New ticket ${number}`, team_id: world.teams.Support });
    }
    await page.getByText(/No connection|offline/i).first().waitFor();
    expectEqual(await conversation.getByText("Message 1.", { exact: true }).count(), 0, "messages of the lost time");

    isCut = false;
    await page.context().setOffline(false);
    await conversation.getByText("Message 10.", { exact: true }).waitFor();
    const messages = conversation.getByText(/^Message \d+\.$/);
    await eventually("each message is there once, in order", async () => {
      const shown = await messages.allInnerTexts();
      return JSON.stringify(shown) === JSON.stringify(Array.from({ length: 11 }, (_, number) => `Message ${number}.`));
    });
    await page.getByRole("navigation").getByRole("link", { name: "Tickets" }).click();
    for (const number of [1, 10]) await page.getByText(`New ticket ${number}`, { exact: true }).first().waitFor();
    await mei.rpc("create_ticket", { title: "Afterwards", team_id: world.teams.Support });
    await page.getByText("Afterwards", { exact: true }).first().waitFor();
  },
);

story("a role that is taken away closes the page of staff", async ({ world, open, api }) => {
  const { printer } = world.tickets;
  const page = await open(world.people.ana, `/tickets/${printer.ticket_id}`);
  await page.getByText("Smoke comes out of it.").waitFor();
  await api(world.people.ada).rpc("set_user_role", { user_id: world.people.ana.user_id, role: "customer" });
  await page.getByText("Smoke comes out of it.").waitFor({ state: "hidden" });
  const navigation = page.getByRole("navigation");
  await navigation.getByRole("link", { name: "Requests" }).first().waitFor();
  expectEqual(await navigation.getByRole("link", { name: "Proposals" }).count(), 0, "links of staff");
  await navigation.getByRole("link", { name: "Requests" }).first().click();
  expectEqual(await page.getByText(printer.title).count(), 0, "tickets of others");
});

story("who leaves a team no longer sees its tickets", { night: true }, async ({ world, open, api }) => {
  const { printer } = world.tickets;
  const page = await open(world.people.ana, `/tickets/${printer.ticket_id}`);
  await page.getByText("Smoke comes out of it.").waitFor();
  const query = `user_id=eq.${world.people.ana.user_id}&team_id=eq.${world.teams.Support}`;
  await api(world.people.ada).remove("team_members", query);
  await page.getByText("Smoke comes out of it.").waitFor({ state: "hidden" });
  expect(
    await page.getByRole("navigation").getByRole("link", { name: "Proposals" }).count() === 1,
    "she is still staff",
  );
});

story(
  "views that a colleague shares, changes and takes back come and go by themselves",
  { night: true },
  async ({ world, open, api }) => {
    const ana = api(world.people.ana), ada = api(world.people.ada);
    const tree = { all: [{ field: "status", op: "is", value: "open" }] };
    const [ben, carl] = [await open(world.people.ben, "/queue"), await open(world.people.carl, "/queue")];
    const inside = ben.getByRole("region", { name: "Saved views" });
    const outside = carl.getByRole("region", { name: "Saved views" });
    await ana.insert("views", { name: "Only Ana's", tree });
    await ana.insert("views", { name: "Fires", tree, audience: "team", team_id: world.teams.Support });
    await inside.getByRole("link", { name: /Fires/ }).waitFor();
    await ada.insert("views", { name: "Everybody's", tree, audience: "all" });
    await inside.getByRole("link", { name: /Everybody's/ }).waitFor();
    await outside.getByRole("link", { name: /Everybody's/ }).waitFor();
    expectEqual(await outside.getByRole("link").count(), 1, "views of somebody outside the team");
    expectEqual(await inside.getByRole("link").count(), 2, "views of a colleague");

    // The one that is open changes what it shows.
    await inside.getByRole("link", { name: /Fires/ }).click();
    await ben.getByRole("grid").getByText(world.tickets.printer.title).waitFor();
    await ana.update("views", "name=eq.Fires", {
      name: "Quiet",
      tree: { all: [{ field: "status", op: "is", value: "closed" }] },
    });
    await inside.getByRole("link", { name: /Quiet/ }).waitFor();
    await ben.getByRole("grid").getByText(world.tickets.printer.title).waitFor({ state: "hidden" });

    await ana.update("views", "name=eq.Quiet", { audience: "private", team_id: null });
    await inside.getByRole("link", { name: /Quiet/ }).waitFor({ state: "hidden" });
    await ada.remove("views", "audience=eq.all");
    await inside.waitFor({ state: "hidden" });
    await outside.waitFor({ state: "hidden" });
  },
);

story("who is deactivated sees why, and nothing else", async ({ world, open, api }) => {
  const page = await open(world.people.ana, `/tickets/${world.tickets.printer.ticket_id}`);
  await page.getByText("Smoke comes out of it.").waitFor();
  await api(world.people.ada).rpc("deactivate_user", { user_id: world.people.ana.user_id });
  await page.getByText("account is deactivated").first().waitFor();
  expectEqual(await page.getByText("Smoke comes out of it.").count(), 0, "what was read before");
});
