/**
 * HTML within bounds, before it is cleaned: a parser whose time grows with the depth of the elements gets no deep ones,
 * and no ends of elements that are not open. One pass over the tokens.
 */

import { Tokenizer } from "htmlparser2";

/** Characters, elements and levels that are shown. */
export const VIEW_MAX = 500_000;
export const VIEW_ELEMENTS_MAX = 30_000;
export const VIEW_DEPTH_MAX = 200;
/** Pieces of text: each `<` that begins no tag is one. */
const PIECES_MAX = 150_000;

const VOID = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
/** Stands where a tag was: what is left and right of it must not become a tag together. */
const GAP = "<!---->";

/** The HTML up to its bounds, and whether something is missing. */
export function bounded(html: string): { html: string; isCut: boolean } {
  return new Bounds(html.slice(0, VIEW_MAX), html.length > VIEW_MAX).apply();
}

class Bounds {
  readonly #pieces: string[] = [];
  readonly #stack: string[] = [];
  readonly #open = new Map<string, number>();
  #elements = 0;
  #texts = 0;
  #from = 0;
  #name = "";
  #tagAt = 0;
  #end: number;

  constructor(private readonly html: string, private isCut: boolean) {
    this.#end = html.length;
  }

  apply(): { html: string; isCut: boolean } {
    const tokenizer: Tokenizer = new Tokenizer({ decodeEntities: false }, {
      onopentagname: (start, end) => {
        this.#tagAt = start - 1;
        this.#name = this.html.slice(start, end).toLowerCase();
        if (++this.#elements > VIEW_ELEMENTS_MAX) this.#cut(this.#tagAt, tokenizer);
      },
      onopentagend: (end) => this.#begin(end + 1),
      onselfclosingtag: (end) => this.#begin(end + 1),
      onclosetag: (start, end) => this.#finish(start, end),
      onattribname: () => {},
      onattribdata: () => {},
      onattribentity: () => {},
      onattribend: () => {},
      ontext: (start) => {
        if (++this.#texts > PIECES_MAX) this.#cut(start, tokenizer);
      },
      ontextentity: () => {},
      oncdata: () => {},
      oncomment: () => {},
      ondeclaration: () => {},
      onprocessinginstruction: () => {},
      onend: () => {},
    });
    tokenizer.write(this.html);
    if (this.#end === this.html.length) tokenizer.end();
    if (this.#from < this.#end) this.#pieces.push(this.html.slice(this.#from, this.#end));
    return { html: this.#pieces.join(""), isCut: this.isCut };
  }

  #cut(at: number, tokenizer: Tokenizer): void {
    this.isCut = true;
    this.#end = Math.min(this.#end, at);
    tokenizer.pause();
  }

  #begin(end: number): void {
    if (VOID.has(this.#name)) return;
    if (this.#stack.length >= VIEW_DEPTH_MAX) {
      this.isCut = true;
      return this.#drop(this.#tagAt, end);
    }
    this.#stack.push(this.#name);
    this.#open.set(this.#name, (this.#open.get(this.#name) ?? 0) + 1);
  }

  #finish(start: number, end: number): void {
    const name = this.html.slice(start, end).toLowerCase().trim();
    if ((this.#open.get(name) ?? 0) === 0) {
      const close = this.html.indexOf(">", end);
      return this.#drop(start - 2, close === -1 ? this.html.length : close + 1);
    }
    for (let top = this.#stack.pop(); top !== undefined; top = this.#stack.pop()) {
      this.#open.set(top, this.#open.get(top)! - 1);
      if (top === name) return;
    }
  }

  #drop(from: number, to: number): void {
    if (from < this.#from) return;
    this.#pieces.push(this.html.slice(this.#from, from), GAP);
    this.#from = to;
  }
}
