/**
 * HTML as text: one pass over the tokens, whose time grows with the length of the HTML alone. What a reader does not
 * see (`display:none`, text of size 0) is left out, so that nobody hides instructions in a mail. Where quoted text
 * begins is told by the marks of mail programs. `helpdesk_sdk.delivery.mail.parsing` has the same rules.
 */

import { Tokenizer } from "htmlparser2";
import { TextWriter } from "./text_writer.ts";

export interface HtmlText {
  text: string;
  /** The offset of the quoted text in UTF-16 units; null: nothing is marked, or there is an answer below it. */
  quoteAt: number | null;
  /** Whether there is text below a quote that a mail program has marked: everything is to be shown. */
  hasTextBelow: boolean;
  /** What images name as their source. */
  sources: Set<string>;
  /** Whether the HTML was too large to be read to its end. */
  isCut: boolean;
}

/** Characters and elements that are read. */
const HTML_MAX = 2_000_000;
export const ELEMENTS_MAX = 100_000;
const SOURCES_MAX = 500;
const HREF_MAX = 300;
const ATTRIBUTE_MAX = 4_000;

const words = (text: string) => new Set(text.split(" "));
const VOID = words("area base br col embed hr img input link meta param source track wbr");
const UNSEEN = words(
  "script style title template object applet svg math iframe noembed noframes audio video canvas select datalist textarea xmp",
);
const APART = words("p h1 h2 h3 h4 h5 h6 blockquote ul ol dl pre");
const BLOCKS = words(
  "address article aside body caption center dd details div dt fieldset figcaption figure footer form header html legend li main " +
    "nav section summary table tbody tfoot thead tr",
);
/** What the beginning of an element ends. */
const ENDS: Readonly<Record<string, Set<string>>> = {
  li: words("li"),
  dt: words("dt dd"),
  dd: words("dt dd"),
  tr: words("td th tr"),
  td: words("td th"),
  th: words("td th"),
  option: words("option"),
};
const KEPT = words("style class id type href src alt hidden");

/** How mail programs mark the quote: it is in the element, behind it, or everything that follows. */
type Mark = "within" | "behind" | "rest";

interface Element {
  name: string;
  isHidden: boolean;
  /** Text of size 0, unless an element within has another size. */
  isTiny: boolean;
  isMark: boolean;
  isSignature: boolean;
  href: string | null;
  textAt: number;
}

export function htmlToText(html: string): HtmlText {
  const reader = new Reader(html.slice(0, HTML_MAX));
  const read = reader.read();
  return { ...read, isCut: read.isCut || html.length > HTML_MAX };
}

class Reader {
  readonly #writer = new TextWriter();
  readonly #stack: Element[] = [];
  /** Where in the stack the elements of a name are: the end of an element is found at once. */
  readonly #places = new Map<string, number[]>();
  readonly #sources = new Set<string>();
  #attributes: Record<string, string> = {};
  #attribute = "";
  #name = "";
  #elements = 0;
  #hidden = 0;
  #signatures = 0;
  #isCut = false;
  #mark: Mark | null = null;
  #markAt = 0;
  #isMarkOpen = false;
  /** Of blockquotes since the mark. */
  #openQuotes = 0;
  #closedQuotes = 0;
  #hasTextBelow = false;

  constructor(private readonly html: string) {}

  read(): HtmlText {
    const slice = (start: number, end: number) => this.html.slice(start, end);
    const tokenizer: Tokenizer = new Tokenizer({ decodeEntities: true }, {
      onopentagname: (start, end) => {
        this.#name = slice(start, end).toLowerCase();
        this.#attributes = {};
        if (++this.#elements > ELEMENTS_MAX) {
          this.#isCut = true;
          tokenizer.pause();
        }
      },
      onattribname: (start, end) => {
        this.#attribute = slice(start, end).toLowerCase();
        if (KEPT.has(this.#attribute)) this.#attributes[this.#attribute] ??= "";
      },
      onattribdata: (start, end) => this.#addToAttribute(slice(start, Math.min(end, start + ATTRIBUTE_MAX))),
      onattribentity: (code) => this.#addToAttribute(String.fromCodePoint(code)),
      onattribend: () => {},
      onopentagend: () => this.#open(),
      // HTML has no elements that close themselves; `<br/>` is a void one.
      onselfclosingtag: () => this.#open(),
      onclosetag: (start, end) => this.#closeNamed(slice(start, end).toLowerCase().trim()),
      ontext: (start, end) => this.#text(slice(start, end)),
      ontextentity: (code) => this.#text(String.fromCodePoint(code)),
      oncdata: (start, end) => this.#text(slice(start, end)),
      oncomment: () => {},
      ondeclaration: () => {},
      onprocessinginstruction: () => {},
      onend: () => {},
    });
    tokenizer.write(this.html);
    tokenizer.end();
    const text = this.#writer.end();
    const quoteAt = this.#mark === null || this.#hasTextBelow ? null : this.#markAt;
    return { text, quoteAt, hasTextBelow: this.#hasTextBelow, sources: this.#sources, isCut: this.#isCut };
  }

  #addToAttribute(text: string): void {
    if (!KEPT.has(this.#attribute)) return;
    const before = this.#attributes[this.#attribute] ?? "";
    if (before.length < ATTRIBUTE_MAX) this.#attributes[this.#attribute] = before + text;
  }

  #text(text: string): void {
    const top = this.#stack.at(-1);
    if (this.#hidden > 0 || top?.isTiny) return;
    if (this.#mark !== null && this.#mark !== "rest" && this.#signatures === 0 && /\S/.test(text)) this.#lookBelow();
    this.#writer.write(text);
  }

  /** Visible text after a mark: it is part of the quote, or an answer below. */
  #lookBelow(): void {
    if (this.#openQuotes > 0) return;
    if (this.#closedQuotes > 0 || (this.#mark === "within" && !this.#isMarkOpen)) this.#hasTextBelow = true;
  }

  #open(): void {
    const [name, attributes] = [this.#name, this.#attributes];
    for (let top = this.#stack.at(-1); top !== undefined && ENDS[name]?.has(top.name); top = this.#stack.at(-1)) {
      this.#pop();
    }
    if (BLOCKS.has(name) || APART.has(name)) {
      if (this.#stack.at(-1)?.name === "p") this.#pop();
      this.#lineEnd(name);
    }
    if (VOID.has(name)) return this.#void(name, attributes);
    const parent = this.#stack.at(-1);
    const style = (attributes.style ?? "").toLowerCase().replaceAll(/\s+|!important/g, "");
    const element: Element = {
      name,
      isHidden: UNSEEN.has(name) || attributes.hidden !== undefined || isHiding(style),
      isTiny: sizeIn(style) ?? parent?.isTiny ?? false,
      isMark: false,
      isSignature: /(^|\s)gmail_signature/.test(attributes.class ?? ""),
      href: name === "a" ? attributes.href?.trim() ?? null : null,
      textAt: 0,
    };
    if (!element.isHidden && this.#hidden === 0) this.#noteMark(element, attributes);
    if (name === "td" || name === "th") this.#writer.space();
    if (name === "li") this.#item(element);
    if (name === "pre") this.#writer.pre++;
    if (name === "blockquote") {
      this.#writer.quotes++;
      if (this.#mark !== null) this.#openQuotes++;
    }
    element.textAt = this.#writer.length;
    if (element.isHidden) this.#hidden++;
    if (element.isSignature) this.#signatures++;
    const places = this.#places.get(name);
    if (places === undefined) this.#places.set(name, [this.#stack.length]);
    else places.push(this.#stack.length);
    this.#stack.push(element);
  }

  #lineEnd(name: string): void {
    if (this.#hidden === 0) this.#writer.lineEnd(APART.has(name) ? 2 : 1);
  }

  #item(element: Element): void {
    if (this.#hidden === 0 && !element.isHidden && !element.isTiny) this.#writer.begin("* ");
  }

  #void(name: string, attributes: Record<string, string>): void {
    if (this.#hidden > 0) return;
    if (name === "br") this.#writer.br();
    else if (name === "hr") this.#writer.lineEnd(1);
    else if (name === "img") {
      if (attributes.src && this.#sources.size < SOURCES_MAX) this.#sources.add(attributes.src.trim());
      const alt = (attributes.alt ?? "").trim().slice(0, 200);
      if (alt !== "") this.#text(`[${alt}]`);
    }
  }

  #noteMark(element: Element, { id = "", class: classes = "", type = "" }: Record<string, string>): void {
    if (this.#mark !== null) return;
    const mark = markOf(element.name, id, words(classes), type);
    if (mark === null) return;
    this.#mark = mark;
    this.#markAt = this.#writer.mark();
    this.#isMarkOpen = true;
    element.isMark = true;
  }

  #closeNamed(name: string): void {
    if (name === "br") return this.#writer.br();
    if (BLOCKS.has(name) || APART.has(name)) this.#lineEnd(name);
    const place = this.#places.get(name)?.at(-1);
    if (place === undefined) return;
    while (this.#stack.length > place) this.#pop();
  }

  #pop(): void {
    const element = this.#stack.pop()!;
    this.#places.get(element.name)!.pop();
    if (element.isHidden) this.#hidden--;
    if (element.isSignature) this.#signatures--;
    if (element.isMark) this.#isMarkOpen = false;
    if (element.name === "pre") this.#writer.pre--;
    if (element.name === "blockquote") {
      if (this.#hidden === 0) this.#writer.lineEnd(2);
      this.#writer.quotes--;
      if (this.#openQuotes > 0) {
        this.#openQuotes--;
        if (this.#openQuotes === 0) this.#closedQuotes++;
      }
    }
    if (element.href !== null && this.#hidden === 0) this.#link(element.href, element.textAt);
  }

  #link(href: string, textAt: number): void {
    if (!/^(https?:\/\/|mailto:)/i.test(href) || href.length > HREF_MAX || /[\s<>]/.test(href)) return;
    const text = this.#writer.since(textAt).trim();
    const bare = (url: string) => url.replace(/^(https?:\/\/|mailto:)/i, "").replace(/\/$/, "").toLowerCase();
    if (text !== "" && bare(text) !== bare(href)) this.#text(` (${href})`);
  }
}

function markOf(name: string, id: string, classes: Set<string>, type: string): Mark | null {
  if (/^(x_)?(divRplyFwdMsg|appendonsend)$/.test(id) || id === "mail-editor-reference-message-container") return "rest";
  for (const one of ["gmail_quote", "gmail_quote_container", "yahoo_quoted", "protonmail_quote"]) {
    if (classes.has(one)) return "within";
  }
  if (classes.has("moz-cite-prefix")) return "behind";
  return name === "blockquote" && type.toLowerCase() === "cite" ? "within" : null;
}

/** Whether nobody sees an element with this style. */
function isHiding(style: string): boolean {
  if (/(^|;)(display:none|visibility:hidden|mso-hide:all|opacity:0(\.0*)?(;|$))/.test(style)) return true;
  if (/(^|;)(max-)?(height|width):0(px|pt|em|%)?(;|$)/.test(style) && /(^|;)overflow:hidden/.test(style)) return true;
  const color = /(?:^|;)color:([^;]+)/.exec(style)?.[1];
  const ground = /(?:^|;)background(?:-color)?:([^;]+)/.exec(style)?.[1];
  return color !== undefined && ground !== undefined && plainColor(color) === plainColor(ground);
}

/** Whether the style sets a size of 0; null when it sets none. */
function sizeIn(style: string): boolean | null {
  const size = /(?:^|;)font-size:([^;]+)/.exec(style)?.[1];
  return size === undefined ? null : /^0(\.0+)?(px|pt|em|rem|%)?$/.test(size);
}

/** A color in one spelling, as far as that is easy. */
function plainColor(color: string): string {
  if (/^#[0-9a-f]{3}$/.test(color)) return color.replaceAll(/[0-9a-f]/g, "$&$&");
  return { white: "#ffffff", black: "#000000" }[color] ?? color;
}
