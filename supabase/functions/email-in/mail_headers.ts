/** What the headers of a mail say: addresses, ids, the date, and texts of one line. */

import { addressParser } from "postal-mime";
import { type Decoded, decodeWords } from "./mail_charset.ts";
import { type Header, valuesOf } from "./mail_tree.ts";

export interface Address {
  name: string;
  address: string;
}

const ADDRESSES_MAX = 200;
/** What may be an address is looked for in its header, and most of what is not one, too. */
const LOOKED_AT_MAX = 1_000;
const HEADER_MAX = 100_000;
const DATE_MAX = 128;
const WORD = /=\?[^?\s]{1,80}\?[bq]\?[^?]*\?=/gi;
/** No mail has these characters: they stand for encoded words while addresses are told apart. */
const [FIRST, LAST] = ["\ue000", "\ue001"];

/**
 * The addresses of headers of one name. Encoded words are read after the addresses are told apart: what stands in them
 * is a name and never an address. Without exactly one `@`, or with blanks, it is no address and is left out.
 */
export function addressesIn(values: string[]): { addresses: Address[]; isRepaired: boolean } {
  const addresses: Address[] = [];
  let isRepaired = false;
  let looked = 0;
  for (const value of values) {
    if (addresses.length >= ADDRESSES_MAX || looked > LOOKED_AT_MAX) break;
    const words: string[] = [];
    const marked = value.slice(0, HEADER_MAX).replaceAll(/[\ue000\ue001]/g, "\ufffd").replaceAll(WORD, (word) => {
      words.push(word);
      return `${FIRST}${words.length - 1}${LAST}`;
    });
    const read = (text: string): string => {
      const plain = text.replaceAll(/\ue000(\d+)\ue001/g, (_, index: string) => words[Number(index)] ?? "");
      const decoded = decodeWords(plain);
      isRepaired ||= decoded.isRepaired;
      const name = oneLine(decoded.text);
      return /^[<>"'\s]*$/.test(name) ? "" : name;
    };
    let before: string[] = [];
    const first = addresses.length;
    for (const { name, address } of addressParser(withClosedBrackets(marked), { flatten: true })) {
      if (++looked > LOOKED_AT_MAX) break;
      const shown = read(name ?? "");
      if (!address) before.push(shown);
      if (addresses.length >= ADDRESSES_MAX || !isAddress(address ?? "")) continue;
      // `two words@example.com` is no address; a name stands before brackets or in parentheses.
      if (name !== "" && !marked.includes(`<${address}`) && !marked.includes(`${address} (`)) continue;
      addresses.push({ name: shown, address: address! });
    }
    // `Doe, John <john@example.com>` is one person.
    before = before.filter((name) => name !== "");
    const only = addresses[first];
    if (
      before.length > 0 && before.length <= 3 && only !== undefined && only.name !== "" &&
      addresses.length === first + 1
    ) {
      only.name = [...before, only.name].join(", ");
    }
  }
  return { addresses, isRepaired };
}

/** `Fabian <x@y` means `Fabian <x@y>`. */
function withClosedBrackets(value: string): string {
  const open = value.lastIndexOf("<");
  return open > value.lastIndexOf(">") && !value.slice(open).includes('"') ? `${value}>` : value;
}

// deno-lint-ignore no-control-regex
const NOT_IN_ADDRESS = /[\s\u0000-\u001f\u007f<>(),;:"\\[\]\ue000\ue001\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

export function isAddress(text: string): boolean {
  const parts = text.split("@");
  return parts.length === 2 && parts[0] !== "" && parts[1] !== "" && text.length <= 320 && !NOT_IN_ADDRESS.test(text);
}

/** The first address in a text such as `<a@b>`, or null. */
export function bareAddress(value: string | null): string | null {
  return value === null ? null : addressesIn([value]).addresses[0]?.address ?? null;
}

/** Every `<…>` without its brackets. */
export function idsIn(values: string[]): string[] {
  const found: string[] = [];
  for (const value of values) {
    for (const match of value.slice(0, HEADER_MAX).matchAll(/<([^<>\s]{1,998})>/g)) found.push(clean(match[1]!));
  }
  return found;
}

/** An id without brackets, as some programs write their own. */
export function bareId(value: string | null): string | null {
  const bare = value?.trim().slice(0, 998) ?? "";
  return /^[^<>\s@,;]+@[^<>\s@,;]+$/.test(bare) ? clean(bare) : null;
}

/** A decoded header as one line: controls, line ends and marks of direction are blanks. */
export function oneLine(text: string): string {
  return clean(text)
    // deno-lint-ignore no-control-regex
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, " ")
    .replaceAll(/\s+/g, " ").trim();
}

const clean = (text: string) => text.replaceAll("\0", "\ufffd").toWellFormed();

export function textOf(headers: Header[], key: string, max: number): Decoded {
  const [value] = valuesOf(headers, key);
  if (value === undefined) return { text: "", isRepaired: false };
  const { text, isRepaired } = decodeWords(value.slice(0, HEADER_MAX));
  return { text: oneLine(text).slice(0, max).toWellFormed(), isRepaired };
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const ZONES: Readonly<Record<string, number>> = {
  edt: -240,
  est: -300,
  cdt: -300,
  cst: -360,
  mdt: -360,
  mst: -420,
  pdt: -420,
  pst: -480,
};
const DATE =
  /^(?:[a-z]{3,9}\s*,?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2}|\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:([+-])(\d{2}):?(\d{2})|([a-z]{1,5}))?/i;

/** The date in UTC, or null: what cannot be read is not now. */
export function dateOf(value: string | null): string | null {
  if (value === null || value.length > DATE_MAX) return null;
  const match = DATE.exec(value.replaceAll(/\([^()]*\)/g, " ").trim());
  if (match === null) return null;
  const [day, hour, minute, second] = [match[1], match[4], match[5], match[6] ?? "0"].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const month = MONTHS.indexOf(match[2]!.toLowerCase());
  const written = Number(match[3]);
  const year = match[3]!.length === 4 ? written : written + (written < 50 ? 2000 : 1900);
  const zone = match[7] === undefined
    ? ZONES[match[10]?.toLowerCase() ?? ""] ?? 0
    : (match[7] === "-" ? -1 : 1) * (Number(match[8]) * 60 + Number(match[9]));
  if (month < 0 || year < 1900 || hour > 23 || minute > 59 || second > 60 || Math.abs(zone) > 24 * 60) return null;
  const time = new Date(Date.UTC(year, month, day, hour, minute, Math.min(second, 59)));
  if (time.getUTCDate() !== day) return null;
  return new Date(time.getTime() - zone * 60_000).toISOString().replace(/\.\d+Z$/, "+00:00");
}
