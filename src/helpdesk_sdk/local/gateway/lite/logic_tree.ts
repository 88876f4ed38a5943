/** The conditions of `or=(…)` and `and=(…)`, read as PostgREST reads them. */

import { marked } from "./values.ts";

/** A value that lite's own reader of conditions takes as it is. */
const SIMPLE = /^[\w:.@+*%-]*$/;
const OPERATOR = /(?:not\.)?[a-z]+(?:\(\w*\))?\./y;
const FIELD = /(?:"(?:[^"\\]|\\[^])*"|[^".,()]+)\./y;
const BRANCH = /\s*(?:not\.)?(?:and|or)\s*(?=\()/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)"(?=[,)])/y;
const ARRAY = /\{[^{}]*\}/y;
const PLAIN = /[^,)]*/y;
const SPACES = /\s*/y;

class Unreadable extends Error {}

class Reader {
  #at = 0;

  constructor(private readonly text: string, private readonly rewriteFilter: (filter: string) => string) {}

  read(): string {
    const tree = this.#conditions();
    if (this.#at !== this.text.length) throw new Unreadable();
    return tree;
  }

  #conditions(): string {
    let written = this.#take(/\(/y);
    do {
      this.#take(SPACES);
      written += this.#condition() + this.#take(SPACES);
    } while (this.text[this.#at] === "," && (written += this.#take(/,/y)));
    this.#take(SPACES);
    return written + this.#take(/\)/y);
  }

  #condition(): string {
    const branch = this.#match(BRANCH);
    if (branch) return branch[0] + this.#conditions();
    const field = this.#take(FIELD);
    const operator = this.#take(OPERATOR);
    return field + this.#filter(operator);
  }

  #filter(operator: string): string {
    if (/^(not\.)?in\.$/.test(operator)) return this.#list(operator);
    const inQuotes = this.#match(QUOTED);
    if (inQuotes) return operator + this.#value(inQuotes[1]!.replace(/\\([^])/g, "$1"), operator);
    const array = this.#match(ARRAY);
    // In conditions lite reads no escapes.
    if (array && /\(|^(not\.)?(cs|cd|ov)\./.test(operator)) {
      const written = this.rewriteFilter(operator + array[0]);
      return written.includes("\\") ? operator + array[0] : written;
    }
    const text = array?.[0] ?? this.#take(PLAIN);
    return /^(not\.)?is\.$/.test(operator) ? operator + text : operator + this.#value(text, operator);
  }

  #value(text: string, operator: string): string {
    if (/like/.test(operator)) text = text.replaceAll("*", "%");
    const written = this.rewriteFilter(operator + text);
    return SIMPLE.test(written) ? written.slice(operator.length) : marked(text);
  }

  #list(operator: string): string {
    this.#take(/\(\s*/y);
    const items: string[] = [];
    do {
      const inQuotes = this.#match(QUOTED);
      const text = inQuotes ? inQuotes[1]!.replace(/\\([^])/g, "$1") : this.#take(PLAIN);
      items.push(SIMPLE.test(text) ? `"${text}"` : marked(text));
    } while (this.#match(/,/y));
    this.#take(/\)/y);
    return `${operator}(${items.length === 1 && items[0] === '""' ? "" : items.join(",")})`;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }

  #take(pattern: RegExp): string {
    const found = this.#match(pattern);
    if (!found) throw new Unreadable();
    return found[0];
  }
}

/** The conditions with every value in a form that lite does not change. Lite refuses what cannot be read. */
export function rewriteTree(text: string, rewriteFilter: (filter: string) => string): string {
  try {
    return new Reader(text, rewriteFilter).read();
  } catch (error) {
    if (error instanceof Unreadable) return text;
    throw error;
  }
}
