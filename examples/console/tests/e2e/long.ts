/** A conversation of two thousand messages: it opens at its end, and what was loaded stays in order. */
import { eventually, expect, expectEqual, story } from "./harness.ts";

story("two thousand messages", { world: "long", night: true }, async ({ world, open, api }) => {
  const { parcel } = world.tickets;
  const page = await open(world.people.ana, `/tickets/${parcel.ticket_id}`);
  const conversation = page.getByRole("region", { name: "Conversation" });
  const numbers = () =>
    conversation.locator("article[data-message-id]").evaluateAll((articles) =>
      articles.map((article) => Number(/Message (\d+) of many/.exec(article.textContent ?? "")?.[1] ?? 0))
    );
  await conversation.getByText("Message 2000 of many.", { exact: true }).waitFor();
  expect((await numbers()).length <= 60, "only the newest messages are drawn at first");
  const older = page.getByRole("button", { name: "Show older messages" });
  for (let times = 0; times < 10; times++) {
    const before = (await numbers()).length;
    await older.evaluate((button: HTMLElement) => button.click());
    await eventually("older messages", async () => (await numbers()).length > before);
  }
  const many = await numbers();
  expect(many.length >= 400, `many messages are loaded: ${many.length}`);
  expectEqual(many, Array.from(many, (_, index) => 2001 - many.length + index), "each once, in order");

  await api(world.people.mei).rpc("send_reply", { ticket_id: parcel.ticket_id, body: "One more." });
  await eventually("the message is shown", async () => (await numbers()).at(-1) === 0);
  expectEqual((await numbers()).slice(-2), [2000, 0], "the newest messages");
});
