/**
 * The text of a draft while the model still writes it: the values of "text" in the JSON that arrives, as plain words.
 *
 * It is a preview that nobody has checked, so whatever is or may become a link, an image, HTML or a control character is
 * left out. The proposal, which the database has checked, comes at the end.
 */

const KEY = /"text"\s*:\s*"/;
const SUSPECT = /:\/\/|\bwww\.|\/\/|\]\(|\]\[|\]:|!\[|[<>]|javascript:|data:|mailto:/i;
// Controls, and characters that nobody sees: formats, variation selectors, tags, private and unassigned characters.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u034f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

export class DraftText {
  #json = "";
  #inText = false;
  #word = "";
  #isFirst = true;

  /** Take the next piece of the JSON; return the words that became complete. */
  add(piece: string): string {
    this.#json += piece;
    let out = "";
    while (true) {
      if (!this.#inText) {
        const found = KEY.exec(this.#json);
        if (!found) {
          // The key may begin at the end of this piece.
          this.#json = this.#json.slice(-40);
          return out;
        }
        this.#json = this.#json.slice(found.index + found[0].length);
        this.#inText = true;
        if (!this.#isFirst) out += "\n\n";
        this.#isFirst = false;
      }
      const { length, ended } = extent(this.#json);
      out += this.#words(unescaped(this.#json.slice(0, length)), ended);
      this.#json = this.#json.slice(length + (ended ? 1 : 0));
      if (!ended) return out;
      this.#inText = false;
    }
  }

  #words(text: string, ended: boolean): string {
    const parts = (this.#word + text).split(/(\s+)/);
    this.#word = ended ? "" : parts.pop()!;
    return parts.map((part) => SUSPECT.test(part) ? "[…]" : part.replaceAll("\n", " ").replaceAll(UNSEEN, "")).join("");
  }
}

/** How much of the value is here: up to its closing quote, or up to an escape that is not complete. */
function extent(json: string): { length: number; ended: boolean } {
  for (let at = 0; at < json.length; at++) {
    if (json[at] === '"') return { length: at, ended: true };
    if (json[at] !== "\\") continue;
    const size = json[at + 1] === "u" ? 6 : 2;
    if (at + size > json.length) return { length: at, ended: false };
    at += size - 1;
  }
  return { length: json.length, ended: false };
}

function unescaped(json: string): string {
  try {
    return JSON.parse(`"${json}"`) as string;
  } catch {
    // Not JSON: the answer will be refused as a whole.
    return "";
  }
}
