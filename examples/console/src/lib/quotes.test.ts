// @vitest-environment jsdom
import { expect, it } from "vitest";
import { findQuote, keyOf } from "./quotes.ts";

function drawn(...parts: string[][]): HTMLElement {
  const root = document.createElement("div");
  for (const texts of parts) {
    const paragraph = document.createElement("p");
    for (const text of texts) {
      const span = document.createElement("span");
      span.textContent = text;
      paragraph.append(span);
    }
    root.append(paragraph);
  }
  return root;
}

it.each([
  ["2. Let *half* of the water run.", "lethalfofthewaterrun"],
  ["See [the page](https://example.com/a).", "seethepage"],
  ["## Größe", "größe"],
])("keeps the letters of %s", (quote, key) => expect(keyOf(quote)).toBe(key));

it("finds a quote across elements, without Markdown's marks", () => {
  const root = drawn(["Before."], ["Let ", "half", " of it run. After."]);
  expect(findQuote(root, "1. Let **half** of it\nrun.")?.toString()).toBe("Let half of it run");
});

it("finds letters of more than one unit", () => {
  expect(findQuote(drawn(["İstanbul 𝒜 yes, no"]), "𝒜 yes")?.toString()).toBe("𝒜 yes");
});

it("finds nothing that is not there", () => {
  expect(findQuote(drawn(["Other"]), "Let half")).toBeNull();
  expect(findQuote(drawn(["Other"]), "…")).toBeNull();
});
