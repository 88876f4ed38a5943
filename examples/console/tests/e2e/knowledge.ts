/** Writing articles: preview, publish, versions, two writers at once, gaps. */
import { eventually, expectEqual, story } from "./harness.ts";

story(
  "an article is written, previewed, published, changed and compared",
  async ({ world, open, api, expectAccessible }) => {
    const page = await open(world.people.ada, "/knowledge/new");
    await page.getByLabel("Title").fill("How to reset a printer");
    expectEqual(await page.getByLabel("Address").inputValue(), "how-to-reset-a-printer", "address");
    await page.getByRole("textbox", { name: "Text" }).fill(
      "## First\n\nPull the plug.\n\n<img src=x onerror=alert(1)>\n\n[bad](javascript:alert(1))",
    );
    await page.getByRole("tab", { name: "Preview" }).click();
    const preview = page.getByRole("tabpanel", { name: "Preview" });
    await preview.getByText("Pull the plug.").waitFor();
    expectEqual(await preview.locator("img, a").count(), 0, "images and links in the preview");
    await page.getByRole("tab", { name: "Write" }).click();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("Published").first().waitFor();
    await expectAccessible(page);

    await page.getByRole("textbox", { name: "Text" }).fill("## First\n\nPull the plug and wait.");
    await page.getByRole("button", { name: "Publish" }).click();
    await eventually("version 2", async () => {
      const rows = await api(world.people.ana).rows(
        "article_versions",
        "slug=eq.how-to-reset-a-printer&select=version",
      );
      return rows.length === 2;
    });
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByRole("listitem").filter({ hasText: "Version 1" }).getByRole("button", {
      name: "Compare with the draft",
    }).click();
    await page.getByText("Pull the plug and wait.").waitFor();
    const found = await api(world.people.mei).rpc("search_articles", { query: "plug" });
    expectEqual(found.length, 1, "what a customer finds");
  },
);

story("who may not publish is told, and keeps the draft", { night: true }, async ({ world, open, api, allow }) => {
  allow(/403/);
  const page = await open(world.people.ana, "/knowledge/new");
  await page.getByLabel("Title").fill("Draft of Ana");
  await page.getByRole("textbox", { name: "Text" }).fill("Not yet.");
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("alert").waitFor();
  const [row] = await api(world.people.ana).rows("articles", "title=eq.Draft of Ana&select=status,body");
  expectEqual(row, { status: "draft", body: "Not yet." }, "the draft");
});

story("two writers: nobody's text is overwritten", { night: true }, async ({ world, open, api }) => {
  const ana = api(world.people.ana);
  const article = await ana.insert("articles", { slug: "returns", title: "Returns", body: "Within 14 days." });
  const page = await open(world.people.ana, `/knowledge/${article.article_id}`);
  await page.getByRole("textbox", { name: "Text" }).fill("Within 30 days.");
  await api(world.people.ben).update("articles", `article_id=eq.${article.article_id}`, { body: "Within 20 days." });
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Somebody else has saved this article").waitFor();
  await page.getByText("Within 20 days.").waitFor();
  expectEqual(await page.getByRole("textbox", { name: "Text" }).inputValue(), "Within 30 days.", "own text");
  await page.getByRole("button", { name: "Go on with my text" }).click();
  await page.getByRole("button", { name: "Save draft" }).click();
  await eventually("own text is saved", async () => {
    const [row] = await ana.rows("articles", `article_id=eq.${article.article_id}&select=body`);
    return row.body === "Within 30 days.";
  });
});

story("a question without an answer becomes a gap, and is decided", async ({ world, open, api }) => {
  await api(world.people.ana).rpc("suggest_without_model", { ticket_id: world.tickets.printer.ticket_id });
  const page = await open(world.people.ana, "/knowledge/gaps");
  const gap = page.getByRole("listitem").filter({ hasText: "Smoke" });
  await gap.waitFor();
  await gap.getByRole("button", { name: "No article needed" }).click();
  await gap.waitFor({ state: "hidden" });
  await page.getByLabel("State").selectOption("dismissed");
  await gap.getByRole("button", { name: "Reopen" }).click();
  await page.getByLabel("State").selectOption("open");
  await gap.waitFor();
});

story(
  "preferences stay on the device, and a name is changed for all",
  { night: true },
  async ({ world, open, api }) => {
    const page = await open(world.people.ana, "/settings");
    await page.getByLabel("Theme").selectOption("dark");
    await page.getByLabel("Density").selectOption("compact");
    await page.getByRole("region", { name: "Looks" }).getByLabel("Language").selectOption("de");
    await page.getByRole("heading", { name: "Einstellungen" }).waitFor();
    await page.getByLabel("Name, den andere sehen").fill("Ana D.");
    await page.getByRole("button", { name: "Speichern" }).click();
    await eventually("the name is stored", async () => {
      const [row] = await api(world.people.ana).rows("users", `user_id=eq.${world.people.ana.user_id}&select=name`);
      return row.name === "Ana D.";
    });
    await page.reload();
    await page.getByRole("heading", { name: "Einstellungen" }).waitFor();
    const root = await page.evaluate(() => {
      const { dataset: { theme, density }, lang } = document.documentElement;
      return { theme, density, lang };
    });
    expectEqual([root.theme, root.density, root.lang], ["dark", "compact", "de"], "the page's look");
  },
);
