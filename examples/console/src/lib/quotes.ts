/** Finds a sentence of an article in the article as it is drawn, where Markdown's marks are gone. */

/** The letters and digits of a text, which drawing keeps. A list's number is drawn by the browser: it is no text. */
export function keyOf(quote: string): string {
  const plain = quote
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/^\s*(?:\d+[.)]|[-*+>]|#+)\s+/gm, "");
  return lettersOf(plain);
}

function lettersOf(text: string): string {
  return [...text.toLowerCase()].filter(isLetter).join("");
}

function isLetter(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}

/** Where a quote stands in drawn text; null when it does not. */
export function findQuote(root: Node, quote: string): Range | null {
  const wanted = keyOf(quote);
  if (wanted === "") return null;
  const places: { node: Text; start: number; end: number }[] = [];
  let drawn = "";
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    let offset = 0;
    for (const character of node.data) {
      const end = offset + character.length;
      // A letter may become two in lower case; each has the place of the letter.
      for (const letter of isLetter(character) ? character.toLowerCase() : "") {
        drawn += letter;
        for (let unit = 0; unit < letter.length; unit++) places.push({ node, start: offset, end });
      }
      offset = end;
    }
  }
  const at = drawn.indexOf(wanted);
  if (at < 0) return null;
  const first = places[at]!, last = places[at + wanted.length - 1]!;
  const range = document.createRange();
  range.setStart(first.node, first.start);
  range.setEnd(last.node, last.end);
  return range;
}
