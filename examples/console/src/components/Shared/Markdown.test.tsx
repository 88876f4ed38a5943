// @vitest-environment jsdom
import { cleanup, configure, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { IntlProvider } from "use-intl";
import { afterEach, expect, it, vi } from "vitest";
import messages from "../../messages/en.ts";
import { Markdown } from "./Markdown.tsx";

// The first import of a part that is loaded later takes seconds on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 20_000 });

afterEach(cleanup);

async function show(text: string, props: { linksTo?: string[]; isArticle?: boolean } = {}) {
  const { container } = render(
    <IntlProvider locale="en" messages={messages} timeZone="UTC">
      <Markdown text={`${text}\n\n*end*`} {...props} />
    </IntlProvider>,
  );
  await screen.findByText("end", { selector: "em" });
  return container;
}

it("raw HTML is text or nothing: no element of it comes into the page", async () => {
  const container = await show(
    "<script>alert(1)</script><img src=x onerror=alert(1)><iframe src='https://evil.example'></iframe>" +
      "<style>*{display:none}</style><a href='javascript:alert(1)' onclick='alert(1)'>go</a>\n\n<svg onload=alert(1)>",
  );
  expect(container.querySelectorAll("script, img, iframe, style, svg, a, [onclick], [onerror]")).toHaveLength(0);
});

it.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "//evil.example",
  "/admin",
  "file:///x",
  "attachment:shot.png",
])(
  "%s is no link",
  async (href) => {
    const container = await show(`[click](${href}) ![picture](${href})`);
    expect(container.querySelectorAll("a, img")).toHaveLength(0);
    expect(container.textContent).toContain("click");
  },
);

it("a link says nothing about this page, and names the host that its text hides", async () => {
  const container = await show("[**https://bank.example**](https://evil.example/x) [ours](https://example.com/)");
  const [hidden, plain] = container.querySelectorAll("a");
  for (const link of [hidden!, plain!]) {
    expect([link.target, link.rel]).toEqual(["_blank", "noopener noreferrer nofollow ugc"]);
  }
  expect(container.textContent).toContain("[evil.example]");
  expect(container.textContent).not.toContain("[example.com]");
});

it("with linksTo, only the addresses in it are links", async () => {
  const container = await show("[one](https://a.example/) [two](https://b.example/) https://c.example/", {
    linksTo: ["https://b.example/"],
  });
  expect([...container.querySelectorAll("a")].map(({ href }) => href)).toEqual(["https://b.example/"]);
});

it("an image is loaded after a click, without a referrer", async () => {
  const container = await show("![A parcel](https://img.example/p.png)");
  expect(container.querySelector("img")).toBeNull();
  expect(container.textContent).toContain("A parcel");
  await userEvent.click(screen.getByRole("button", { name: "Show image" }));
  const image = container.querySelector("img")!;
  expect([image.src, image.getAttribute("referrerpolicy"), image.alt]).toEqual([
    "https://img.example/p.png",
    "no-referrer",
    "A parcel",
  ]);
});

it("an image is loaded at once for who has chosen so", async () => {
  localStorage.setItem("helpdesk.preferences", JSON.stringify({ loadsImages: true }));
  const container = await show("![A parcel](https://img.example/p.png) ![none](data:image/png;base64,AAAA)");
  localStorage.removeItem("helpdesk.preferences");
  expect([...container.querySelectorAll("img")].map(({ src }) => src)).toEqual(["https://img.example/p.png"]);
});

it("a long text is cut between characters, and shown whole on demand", async () => {
  const text = `${"x".repeat(19_999)}😀${"y".repeat(80_000)}`;
  const { container } = render(
    <IntlProvider locale="en" messages={messages} timeZone="UTC">
      <Markdown text={text} />
    </IntlProvider>,
  );
  await userEvent.click(await screen.findByRole("button", { name: "Show all 100,001 characters" }));
  expect(container.querySelector("p")!.textContent).toBe(text);
});

const NESTED: [string, string][] = [
  ["quotes", ">".repeat(15_000)],
  ["lists", "- ".repeat(9_000)],
  ["brackets", "[".repeat(15_000)],
  ["stars", "*a".repeat(9_000)],
  ["backticks", Array.from({ length: 190 }, (_, index) => "`".repeat(index + 1)).join("a")],
  ["table cells", `|${"a|".repeat(4_000)}\n|${"-|".repeat(4_000)}`],
  ["indented lists", Array.from({ length: 100 }, (_, level) => `${" ".repeat(2 * level)}- a`).join("\n")],
];

it.each(NESTED)("what nobody writes by hand is shown as it is: %s", (_, text) => {
  const { container } = render(
    <IntlProvider locale="en" messages={messages} timeZone="UTC">
      <Markdown text={text} />
    </IntlProvider>,
  );
  // At once, not after the parser is loaded.
  expect(container.querySelector("p")!.textContent === text).toBe(true);
  expect(container.querySelectorAll("blockquote, li, table, em")).toHaveLength(0);
});

it("headings of an article are headings of the page; those of a message are not", async () => {
  const article = await show("# One\n\n### Three", { isArticle: true });
  expect([...article.querySelectorAll("h1, h2, h3")].map(({ tagName }) => tagName)).toEqual(["H2", "H3"]);
  cleanup();
  const message = await show("# One\n\n### Three");
  expect(message.querySelectorAll("h1, h2, h3")).toHaveLength(0);
});
