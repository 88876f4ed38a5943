/** The browsers of one story: a context for each person, everything that goes wrong in them, pictures and axe. */
import { type Browser, chromium, type ConsoleMessage, type Page } from "playwright-core";
import { serve, type Server } from "../../serve.ts";
import { findings } from "./accessibility.ts";
import { newSession } from "./api.ts";
import type { Person, World } from "./world.ts";

export type OpenOptions = {
  width?: number;
  height?: number;
  theme?: "light" | "dark";
  /** The browser's language: "en" by default. */
  language?: string;
  /** What the person chose on this device: see contexts/PreferencesContext. */
  preferences?: Record<string, unknown>;
  /** Another config.json than that of the story's helpdesk. */
  config?: { url: string; key: string };
};

const PATIENCE = 20_000;
const BOTH: ("light" | "dark")[] = ["light", "dark"];

export class Visitors {
  readonly allowed: RegExp[] = [];
  readonly #problems: string[] = [];
  readonly #pages: Page[] = [];
  readonly #servers: Server[] = [];
  #build: string | null = null;

  private constructor(readonly world: World, readonly browser: Browser, readonly server: () => Server) {}

  static async arrive(world: World): Promise<Visitors> {
    const browser = await chromium.connectOverCDP(Deno.env.get("HELPDESK_BROWSER")!);
    const visitors: Visitors = new Visitors(world, browser, () => server);
    // Another server's address: that of a stand-in for a host.
    const url = Deno.env.get("HELPDESK_CONSOLE");
    const server = url ? { url, close: () => Promise.resolve() } : serve({
      dist: Deno.env.get("HELPDESK_DIST")!,
      config: { url: world.url, key: world.key },
      instead: (path) => visitors.#published(path),
    });
    return visitors;
  }

  async open(person: Person | null, path: string, options: OpenOptions): Promise<Page> {
    const { width = 1440, height = 900, theme = "light", language = "en", preferences = {}, config } = options;
    const server = config ? serve({ dist: Deno.env.get("HELPDESK_DIST")!, config }) : this.server();
    if (config) this.#servers.push(server);
    const context = await this.browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      locale: language,
      // A mouse would hover over what is below it.
      reducedMotion: "reduce",
      baseURL: server.url,
    });
    context.setDefaultTimeout(PATIENCE);
    const session = person && await newSession(this.world, person);
    await context.addInitScript(prepare, {
      session: session && { ...session, expires_at: Math.floor(Date.now() / 1000) + session.expires_in },
      key: `helpdesk.session.${this.world.key.slice(-8)}`,
      preferences,
    });
    const page = await context.newPage();
    await slow(page);
    page.on("console", (message) => this.#log(message));
    page.on("pageerror", (error) => this.#problems.push(`uncaught: ${error.stack ?? error.message}`));
    this.#pages.push(page);
    await page.goto(path);
    return page;
  }

  expectNoProblems(): void {
    const wrong = this.#problems.filter((problem) => !this.allowed.some((pattern) => pattern.test(problem)));
    if (wrong.length) throw new Error(`in the browser:\n${[...new Set(wrong)].join("\n")}`);
  }

  async expectAccessible(page: Page, where = new URL(page.url()).pathname, themes = BOTH): Promise<void> {
    const found: string[] = [];
    for (const theme of themes) {
      await wear(page, theme);
      found.push(...(await findings(page)).map((line) => `${where} (${theme}): ${line}`));
    }
    await wear(page, null);
    if (found.length) throw new Error(`axe:\n${found.join("\n")}`);
  }

  async screenshot(page: Page, name: string): Promise<void> {
    const folder = Deno.env.get("HELPDESK_SCREENSHOTS");
    if (!folder) return;
    for (const theme of ["light", "dark"] as const) {
      await wear(page, theme);
      await page.screenshot({ path: `${folder}/${name}-${theme}.png` });
    }
    await wear(page, null);
  }

  /** A later build is on the server. */
  deploy(): void {
    this.#build = crypto.randomUUID();
  }

  #published(path: string): Response | undefined {
    if (!this.#build) return undefined;
    if (path === "/version.json") return Response.json({ build: this.#build });
    return path.startsWith("/assets/") ? new Response("Not found", { status: 404 }) : undefined;
  }

  /** Print where each page is and what it shows, for who reads the failure. */
  async describe(name: string): Promise<void> {
    const folder = Deno.env.get("HELPDESK_FAILURES");
    for (const [number, page] of this.#pages.entries()) {
      console.log(`\n--- page ${number + 1}: ${page.url()}`);
      console.log(await page.locator("body").ariaSnapshot({ timeout: 2000 }).catch(() => "(no answer)"));
      const file = `${folder}/${name.replace(/\W+/g, "-").slice(0, 60)}-${number + 1}.png`;
      if (folder) await page.screenshot({ path: file, timeout: 5000 }).then(() => console.log(file), () => {});
    }
    for (const problem of this.#problems) console.log(`--- ${problem}`);
  }

  async leave(): Promise<void> {
    for (const page of this.#pages) await page.context().close().catch(() => {});
    await this.browser.close();
    for (const server of [this.server(), ...this.#servers]) await server.close();
  }

  #log(message: ConsoleMessage): void {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const { url } = message.location();
    // A refusal by the helpdesk is an answer, which the console shows; a file of the console must be there.
    if (message.text().startsWith("Failed to load resource") && url.startsWith(this.world.url)) return;
    this.#problems.push(`${message.type()}: ${message.text()} (${url})`);
  }
}

/** HELPDESK_SLOWNESS=6 gives the page a sixth of the processor, as a slow machine would. */
async function slow(page: Page): Promise<void> {
  const rate = Number(Deno.env.get("HELPDESK_SLOWNESS") ?? 1);
  if (rate === 1) return;
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
}

/** Runs in the page before its own scripts. */
function prepare(told: { session: unknown; key: string; preferences: Record<string, unknown> }): void {
  if (globalThis.top !== globalThis.self) return;
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`);
  });
  if (!location.protocol.startsWith("http") || localStorage.getItem("helpdesk.test")) return;
  localStorage.setItem("helpdesk.test", "prepared");
  if (told.session) localStorage.setItem(told.key, JSON.stringify(told.session));
  if (Object.keys(told.preferences).length) {
    localStorage.setItem("helpdesk.preferences", JSON.stringify(told.preferences));
  }
}

/** Show the page in a theme, without what fades in between; null for the one it had. */
async function wear(page: Page, theme: "light" | "dark" | null): Promise<void> {
  await page.evaluate((chosen) => {
    const { dataset } = document.documentElement;
    dataset.themeBefore ??= dataset.theme;
    dataset.theme = chosen ?? dataset.themeBefore;
    if (!chosen) delete dataset.themeBefore;
    return Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => {});
  }, theme);
}
