/**
 * Stories: what people do with the console, in a real browser against a real helpdesk.
 *
 *     story("an agent takes the next ticket", async ({ world, open }) => {
 *       const page = await open(world.people.ana, "/queue");
 *       …
 *     });
 *
 * A story fails on an uncaught error, an error in the browser's log, or a violation of the security policy, on any page.
 */
import type { Locator, Page } from "playwright-core";
import { type Api, api } from "./api.ts";
import { type OpenOptions, Visitors } from "./visitors.ts";
import type { Person, World } from "./world.ts";

export type Story = {
  /** People, teams and tickets that exist before the story; made in Python. */
  world: World;
  /** A page of the console in a browser profile of its own, signed in as the person; null for nobody. */
  open: (person: Person | null, path?: string, options?: OpenOptions) => Promise<Page>;
  /** Requests by a person, or by the system, past the console. */
  api: (person: Person | "system") => Api;
  /** Fail now on anything that the end of the story would fail on. */
  expectNoViolations: () => void;
  /** axe-core finds nothing on the page, in both themes unless some are named. */
  expectAccessible: (page: Page, where?: string, themes?: ("light" | "dark")[]) => Promise<void>;
  /** Pictures in both themes, in the folder that HELPDESK_SCREENSHOTS names; nothing without it. */
  screenshot: (page: Page, name: string) => Promise<void>;
  /** Errors in the browser's log that this story provokes. */
  allow: (...patterns: RegExp[]) => void;
  /** A new build is published: version.json names it, and the files with a hash in their names are gone. */
  deploy: () => void;
};

export type StoryOptions = {
  /** The name of a function in tests/console/worlds.py; "plain" by default. */
  world?: string;
  /** A long story, which is played with `make test-all` only. */
  night?: boolean;
};

type Told = { name: string; options: StoryOptions; run: (story: Story) => Promise<void> };

/** The stories of the file that is being run. */
export const stories: Told[] = [];

/** Describe a story. pytest reads the file too: the call begins a line, and its name is a literal string. */
export function story(name: string, options: StoryOptions, run: (story: Story) => Promise<void>): void;
export function story(name: string, run: (story: Story) => Promise<void>): void;
export function story(name: string, first: StoryOptions | Told["run"], second?: Told["run"]): void {
  const [options, run] = typeof first === "function" ? [{}, first] : [first, second!];
  stories.push({ name, options, run });
}

/** Play one story; the promise rejects when it fails. */
export async function play(told: Told, world: World): Promise<void> {
  const visitors = await Visitors.arrive(world);
  try {
    await told.run({
      world,
      open: (person, path = "/", options = {}) => visitors.open(person, path, options),
      api: (person) => api(world, person),
      expectNoViolations: () => visitors.expectNoProblems(),
      expectAccessible: (page, where, themes) => visitors.expectAccessible(page, where, themes),
      screenshot: (page, name) => visitors.screenshot(page, name),
      allow: (...patterns) => visitors.allowed.push(...patterns),
      deploy: () => visitors.deploy(),
    });
    visitors.expectNoProblems();
  } catch (error) {
    await visitors.describe(told.name);
    throw error;
  } finally {
    await visitors.leave();
  }
}

/** Fail with a sentence unless the condition holds. */
export function expect(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/** The values are the same, as JSON. */
export function expectEqual(found: unknown, wanted: unknown, what = "value"): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: expected ${b}, found ${a}`);
}

/** What is in a field, once what is kept of it on the device has been read. */
export function valueIn(field: Locator): Promise<string> {
  return field.and(field.page().locator(':not([aria-busy="true"], [aria-busy="true"] *)')).inputValue();
}

/** Press Escape until a window is closed: a key that comes while the page draws the window may be lost. */
export async function closeByEscape(page: Page, window: Locator): Promise<void> {
  await eventually("Escape closes the window", async () => {
    if (await window.isHidden()) return true;
    await page.keyboard.press("Escape");
    await window.waitFor({ state: "hidden", timeout: 1_000 }).catch(() => undefined);
    return await window.isHidden();
  });
}

/** Ask again until the condition holds; fails after `seconds`. */
export async function eventually(
  what: string,
  condition: () => Promise<boolean> | boolean,
  seconds = 15,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!await condition()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
