/** Text that is written piece by piece: blanks and line ends as a reader of HTML sees them, quotes with `> `. */

const TEXT_MAX = 1_000_000;
const QUOTES_MAX = 5;
/** Nobody asks for more of what was written last. */
const SINCE_MAX = 1_000;

export class TextWriter {
  /** How many elements around are `pre`, and how many are quotes. */
  pre = 0;
  quotes = 0;
  /** Pieces, because to cut from a text that is still growing takes time for all of it. */
  readonly #pieces: string[] = [];
  #length = 0;
  #isLineEmpty = true;
  #ends = 0;
  #hasSpace = false;
  #begin = "";

  get length(): number {
    return this.#length;
  }

  write(text: string): void {
    if (this.pre > 0) return this.#writePre(text);
    // Blanks at both ends count as one between two pieces.
    const words = text.replaceAll(/[\s\u00a0]+/g, " ");
    const core = words.replace(/^ /, "").replace(/ $/, "");
    if (words.startsWith(" ")) this.#hasSpace = true;
    if (core === "") return;
    this.#put(core);
    if (words.endsWith(" ")) this.#hasSpace = true;
  }

  #writePre(text: string): void {
    for (const [index, line] of text.split("\n").entries()) {
      if (index > 0) this.br();
      if (line !== "") this.#put(line);
    }
  }

  #put(core: string): void {
    if (this.#length > TEXT_MAX) return;
    if (this.#ends > 0 && this.#length > 0) this.#add("\n".repeat(this.#ends));
    const isNew = this.#ends > 0 || this.#isLineEmpty;
    if (isNew) this.#add("> ".repeat(Math.min(this.quotes, QUOTES_MAX)) + this.#begin);
    else if (this.#hasSpace) this.#add(" ");
    this.#add(core);
    this.#ends = 0;
    this.#begin = "";
    this.#hasSpace = false;
    this.#isLineEmpty = false;
  }

  #add(piece: string): void {
    if (piece === "") return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** A blank before the next text. */
  space(): void {
    this.#hasSpace = true;
  }

  /** The next text begins with this. */
  begin(text: string): void {
    this.#begin = text;
  }

  /** At least so many line ends before the next text. */
  lineEnd(count: number): void {
    if (!this.#isLineEmpty || this.#ends > 0) this.#ends = Math.max(this.#ends, count);
    this.#hasSpace = false;
  }

  /** A line end of its own; at most one empty line follows from several. */
  br(): void {
    if (this.#isLineEmpty && this.#ends === 0) return;
    this.#ends = Math.min(this.#ends + 1, this.pre > 0 ? 20 : 2);
    this.#hasSpace = false;
  }

  /** Where the next text will stand: what comes before it is without the line ends between. */
  mark(): number {
    this.lineEnd(1);
    return this.#length;
  }

  /** What was written after this place; an ellipsis for a long text. */
  since(at: number): string {
    if (this.#length - at > SINCE_MAX) return "…";
    let [found, from] = ["", this.#length];
    for (let last = this.#pieces.length - 1; from > at; last--) {
      found = this.#pieces[last]! + found;
      from -= this.#pieces[last]!.length;
    }
    return found.slice(at - from);
  }

  end(): string {
    return this.#pieces.join("");
  }
}
