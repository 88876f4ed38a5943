import { assertEquals } from "../testing.ts";
import { DeliveryTimer } from "./delivery_timer.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("deliver is called when a delivery is due, and again at once while more wait", async () => {
  const said: string[] = [];
  const due = [true, true, false];
  const timer = new DeliveryTimer({
    isDue: () => {
      said.push("look");
      return Promise.resolve(due.shift() ?? false);
    },
    deliver: () => {
      said.push("deliver");
      return Promise.resolve(said.length === 2);
    },
  });
  timer.start();
  timer.start();
  await pause(1_500);
  assertEquals(said, ["look", "deliver", "look", "deliver"]);
  await pause(1_000);
  assertEquals(said.slice(4), ["look"]);
  await timer.stop();
  assertEquals(timer.isOn, false);
  await pause(1_200);
  assertEquals(said.length, 5);
});

Deno.test("a database that is away is not asked each second, and stopping waits for the call", async () => {
  let looks = 0;
  const away = new DeliveryTimer({
    isDue: () => Promise.reject(new Error(`away ${++looks}`)),
    deliver: () => Promise.resolve(false),
  });
  let isDone = false;
  const slow = new DeliveryTimer({
    isDue: () => Promise.resolve(true),
    deliver: async () => {
      await pause(800);
      isDone = true;
      return false;
    },
  });
  away.start();
  slow.start();
  await pause(1_200);
  await slow.stop();
  assertEquals(isDone, true);
  await pause(1_300);
  assertEquals(looks, 1);
  await away.stop();
});
