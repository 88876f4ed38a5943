/**
 * Measures the console in a browser; `python -m benchmarks console` starts it and makes the table.
 * Prints one JSON object a line: { "name": …, "numbers": { … } }.
 */
import type { CDPSession, Page } from "playwright-core";
import { eventually } from "../e2e/harness.ts";
import { api } from "../e2e/api.ts";
import { Visitors } from "../e2e/visitors.ts";
import type { World } from "../e2e/world.ts";
import { crowdApart } from "./crowd.ts";

const world: World = JSON.parse(Deno.env.get("HELPDESK_WORLD")!);
const effort = JSON.parse(Deno.env.get("HELPDESK_EFFORT")!) as {
  messages: number;
  opened: number;
  frames: number;
  rows: number;
  agents: number;
  /** How long a day, and the way down a long list, may take in this benchmark. */
  seconds: number;
};
const visitors = await Visitors.arrive(world);
const { ana, mei } = world.people;
const printer = world.tickets.printer!;

type Numbers = Record<string, number>;
const say = (name: string, numbers: Numbers) => console.log(JSON.stringify({ name, numbers }));
const until = (seconds: number) => {
  const end = Date.now() + seconds * 1000;
  return () => Date.now() < end;
};
const quantile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

/** What the browser itself measures about a page: when it had painted, and whether anything jumped. */
function watch(): void {
  const seen = { paint: 0, shift: 0, interactions: [] as number[] };
  Object.assign(globalThis, { measured: seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.paint = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[]) {
      if (!entry.hadRecentInput) seen.shift += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown as { duration: number; interactionId: number }[]) {
      if (entry.interactionId) seen.interactions.push(entry.duration);
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true } as PerformanceObserverInit);
}

type Seen = { paint: number; shift: number; interactions: number[] };
const measured = (page: Page) => page.evaluate(() => (globalThis as unknown as { measured: Seen }).measured);

async function opened(
  path: string,
  ready: string,
  slow: { cpu: number; network: boolean },
): Promise<[Page, CDPSession]> {
  const page = await visitors.open(ana, "/version.json", {});
  await page.context().addInitScript(watch);
  const devtools = await page.context().newCDPSession(page);
  if (slow.cpu > 1) await devtools.send("Emulation.setCPUThrottlingRate", { rate: slow.cpu });
  if (slow.network) {
    await devtools.send("Network.enable");
    const speed = { downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8, latency: 150, offline: false };
    await devtools.send("Network.emulateNetworkConditions", speed);
  }
  await page.goto(path);
  await page.locator(ready).first().waitFor();
  return [page, devtools];
}

const ROW = "[role=grid] [role=row]";
/** Each in a browser profile of its own; the median counts. */
const LOADS = 7;

async function firstLoad(): Promise<void> {
  for (const [name, slow] of [["plain", { cpu: 1, network: false }], ["slow", { cpu: 4, network: true }]] as const) {
    const paints: number[] = [], shifts: number[] = [];
    for (let load = 0; load < LOADS; load++) {
      const [page] = await opened("/queue?view=open", ROW, slow);
      await page.waitForTimeout(500);
      const { paint, shift } = await measured(page);
      paints.push(paint);
      shifts.push(shift);
      await page.context().close();
    }
    say(`first load, ${name}`, {
      "largest paint, ms": quantile(paints, 0.5),
      "slowest, ms": Math.max(...paints),
      "layout shift": Math.max(...shifts),
    });
  }
}

async function interactions(): Promise<void> {
  const [page] = await opened("/queue?view=open", ROW, { cpu: 4, network: false });
  for (const key of ["j", "j", "j", "x", "j", "x", "k", "Escape", "Shift+?", "Escape", "Control+k", "Escape"]) {
    await page.keyboard.press(key);
    await page.waitForTimeout(150);
  }
  await page.keyboard.press("/");
  await page.keyboard.type("status:open printer");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(500);
  await page.goto(`/tickets/${printer.ticket_id}`);
  await page.getByText(printer.title).first().waitFor();
  for (const key of ["n", "Escape", "r"]) await page.keyboard.press(key);
  await page.keyboard.type("Thank you, we are on our way.");
  await page.waitForTimeout(500);
  const { interactions: all } = await measured(page);
  say("keys and typing, a quarter of the processor", {
    "p50, ms": quantile(all, 0.5),
    "p95, ms": quantile(all, 0.95),
    interactions: all.length,
  });
  await page.context().close();
}

/** Make of the page the least that can be scrolled: lines of text of one size, all of them there. */
function plain(): void {
  const grid = document.createElement("div");
  grid.setAttribute("role", "grid");
  Object.assign(grid.style, { position: "fixed", inset: "50px 0 0 420px", overflowY: "auto", background: "white" });
  for (let line = 0; line < 2000; line++) {
    const row = document.createElement("div");
    row.textContent = `#${line} Ticket ${line} ${"All about it. ".repeat(6)}`;
    Object.assign(row.style, { height: "36px", overflow: "hidden", whiteSpace: "nowrap" });
    grid.append(row);
  }
  document.body.replaceChildren(grid);
  grid.scrollTop = 30_000;
}

/** How long a frame took, while the list is scrolled by a page at each. */
function frames(page: Page, many: number): Promise<number[]> {
  return page.evaluate(async (count) => {
    const grid = document.querySelector("[role=grid]")!;
    const taken: number[] = [];
    let before = performance.now();
    for (let step = 0; step < count; step++) {
      grid.scrollTop += step % 2 ? 400 : -380;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      taken.push(now - before);
      before = now;
    }
    return taken;
  }, many);
}

async function scrolling(): Promise<void> {
  const [page] = await opened("/queue?q=status:open", ROW, { cpu: 1, network: false });
  const count = () => page.evaluate(() => document.querySelector("[role=rowgroup]")!.clientHeight / 36);
  const hasTime = until(effort.seconds);
  let rows = 0;
  while (rows < effort.rows && hasTime()) {
    await page.evaluate(() => {
      const grid = document.querySelector("[role=grid]")!;
      grid.scrollTop = grid.scrollHeight;
    });
    await page.waitForTimeout(20);
    rows = Math.round(await count());
  }
  const taken = await frames(page, effort.frames);
  const drawn = await page.locator(ROW).count();
  await page.context().close();
  const other = await visitors.open(ana, "/version.json", {});
  await other.evaluate(plain);
  await other.waitForTimeout(500);
  const least = await frames(other, effort.frames);
  say("scrolling", {
    rows,
    "rows drawn": drawn,
    "p50, ms": quantile(taken, 0.5),
    "p95, ms": quantile(taken, 0.95),
    "plain page, p95, ms": quantile(least, 0.95),
    "ratio": quantile(taken, 0.95) / quantile(least, 0.95),
  });
  await other.context().close();
}

/** When the page had painted a text, in milliseconds since 1970. */
function painted(page: Page, text: string): Promise<number> {
  return page.evaluate((wanted) =>
    new Promise<number>((resolve) => {
      const look = () => {
        if (!document.body.textContent!.includes(wanted)) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
          port2.postMessage(null);
        });
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      look();
    }), text);
}

async function replies(page: Page, many = effort.messages): Promise<{ pixels: number[]; writes: number[] }> {
  const customer = api(world, mei);
  const pixels: number[] = [], writes: number[] = [];
  for (let number = 0; number < many; number++) {
    const body = `Reply ${crypto.randomUUID()}`;
    const shown = painted(page, body);
    const sent = performance.timeOrigin + performance.now();
    await customer.rpc("send_reply", { ticket_id: printer.ticket_id, body });
    const answered = performance.timeOrigin + performance.now();
    writes.push(answered - sent);
    pixels.push(Math.max(0, await shown - answered));
    await new Promise((done) => setTimeout(done, 100));
  }
  return { pixels, writes };
}

const WARM = 5;

async function live(): Promise<void> {
  const page = await visitors.open(ana, `/tickets/${printer.ticket_id}`, {});
  await page.getByText(printer.title).first().waitFor();
  await new Promise((done) => setTimeout(done, 2000));
  await replies(page, WARM); // the first statement of each connection takes 20 ms
  const alone = await replies(page);
  say("a reply, committed to painted, one agent", {
    "p50, ms": quantile(alone.pixels, 0.5),
    "p95, ms": quantile(alone.pixels, 0.95),
    "write p50, ms": quantile(alone.writes, 0.5),
  });
  const leave = await crowdApart(effort.agents);
  await replies(page, WARM);
  const crowded = await replies(page);
  await leave();
  say(`a reply, committed to painted, ${effort.agents} agents on the queue`, {
    "p50, ms": quantile(crowded.pixels, 0.5),
    "p95, ms": quantile(crowded.pixels, 0.95),
    "write p50, ms": quantile(crowded.writes, 0.5),
    "writes, ratio": quantile(crowded.writes, 0.5) / quantile(alone.writes, 0.5),
  });
  await page.context().close();
}

async function memory(): Promise<void> {
  const page = await visitors.open(ana, "/queue?view=open", {});
  await page.locator(ROW).first().waitFor();
  const devtools = await page.context().newCDPSession(page);
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize / 1e6;
  };
  // The first ticket loads the code of its page.
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/tickets/);
  await page.getByRole("tab").first().waitFor();
  await page.goBack();
  await page.locator(ROW).first().waitFor();
  const start = await heap();
  const customer = api(world, mei);
  const hasTime = until(effort.seconds);
  let opened = 0, events = 0;
  for (; opened < effort.opened && hasTime(); opened++) {
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/tickets\//);
    await page.getByRole("tab").first().waitFor().catch(() => {});
    for (const half of [0, 5]) {
      const sent = [0, 1, 2, 3, 4].map((event) =>
        customer.rpc("send_reply", { ticket_id: printer.ticket_id, body: `Day ${opened}.${half + event}` })
      );
      events += (await Promise.all(sent)).length;
    }
    await page.goBack();
    await page.locator(ROW).first().waitFor();
  }
  await eventually("quiet", async () => (await page.locator(ROW).count()) > 0);
  const after = await heap();
  say("memory after a day", {
    "start, MB": start,
    "after, MB": after,
    ratio: after / start,
    tickets: opened,
    events,
  });
  await page.context().close();
}

await firstLoad();
await interactions();
await live();
await memory();
await scrolling();
visitors.expectNoProblems();
await visitors.leave();
Deno.exit(0);
