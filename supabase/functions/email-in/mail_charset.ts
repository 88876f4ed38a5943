/**
 * Text from bytes, whatever the mail says its charset is. A charset that is missing, unknown or wrong is repaired, and
 * the mail then says so. `helpdesk_sdk.delivery.mail.parsing` has the same rules.
 */

export interface Decoded {
  text: string;
  /** Whether the charset was missing, unknown or wrong. */
  isRepaired: boolean;
}

/** Labels that the platform does not know. */
const ALIASES: Readonly<Record<string, string>> = {
  "cp932": "shift_jis",
  "cp936": "gbk",
  "cp949": "euc-kr",
  "cp950": "big5",
  "ks_c_5601": "euc-kr",
  "uhc": "euc-kr",
  "iso-8859-8-i": "iso-8859-8",
  "iso-2022-jp-1": "iso-2022-jp",
  "iso-2022-jp-2": "iso-2022-jp",
  "iso-2022-jp-ms": "iso-2022-jp",
  "eucjp": "euc-jp",
  "tis620": "windows-874",
  "latin-1": "windows-1252",
};
/** Charsets of DOS, which the platform does not have: what the bytes from 128 on mean. */
const DOS: Readonly<Record<string, string>> = {
  "850":
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0",
  "437":
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
};
const LATIN = new Set(["windows-1252", "iso-8859-15"]);
/** The beginning of a character of UTF-8 without its end, which no other charset has by chance. */
const CUT_CHARACTER =
  /[\u00e0-\u00ef][\u0080-\u00bf](?![\u0080-\u00bf])|[\u00f0-\u00f4][\u0080-\u00bf]{1,2}(?![\u0080-\u00bf])/g;
/** Such labels name no charset. */
const NO_CHARSET = new Set(["", "unknown-8bit", "x-unknown", "unknown", "default", "none", "binary", "8bit"]);

/**
 * The text of some bytes.
 *
 * @param label the charset that the mail names, or null
 */
export function decodeText(bytes: Uint8Array, label: string | null | undefined): Decoded {
  const { text, isRepaired } = decoded(bytes, (label ?? "").trim().toLowerCase().replace(/^["']+|["']+$/g, ""));
  // Postgres has no NUL.
  return { text: text.replaceAll("\0", "\ufffd").replaceAll(/\r\n?/g, "\n").toWellFormed(), isRepaired };
}

function decoded(bytes: Uint8Array, label: string): Decoded {
  if (NO_CHARSET.has(label) || label === "us-ascii" || label === "ascii") return guessed(bytes, label);
  const dos = /^(?:cp|ibm|dos|x-cp|x-ibm)?-?(850|437)$/.exec(label);
  if (dos !== null) return { text: fromDos(bytes, DOS[dos[1]!]!), isRepaired: false };
  if (label === "utf-7") return { text: fromUtf7(latin1(bytes)), isRepaired: false };
  if (/^(utf-32|ucs-4)/.test(label)) return { text: fromUtf32(bytes, label.endsWith("le")), isRepaired: false };
  const decoder = decoderOf(label);
  if (decoder === null) return { ...guessed(bytes, label), isRepaired: hasHigh(bytes) };
  const utf8 = strict("utf-8", bytes);
  // Bytes that are UTF-8 by chance are rarer than programs that write the wrong label.
  if (LATIN.has(decoder) && utf8 !== null && hasHigh(bytes)) return { text: utf8, isRepaired: true };
  const exact = strict(decoder, bytes);
  if (exact !== null) return { text: exact, isRepaired: false };
  if (utf8 !== null) return { text: utf8, isRepaired: true };
  // gb2312 often holds characters that only its larger brother has.
  const larger = decoder === "gbk" ? strict("gb18030", bytes) : null;
  if (larger !== null) return { text: larger, isRepaired: true };
  const lossy = new TextDecoder(decoder).decode(bytes);
  const lost = lossy.split("\ufffd").length - 1;
  // A few broken characters in good text stay broken; the label of text that is broken throughout is wrong.
  // deno-lint-ignore no-control-regex
  const good = lossy.replaceAll(/[\u0000-\u007f\ufffd]/g, "").length +
    (decoder === "utf-8" ? latin1(bytes).match(CUT_CHARACTER)?.length ?? 0 : 0);
  return { text: good >= lost ? lossy : new TextDecoder("windows-1252").decode(bytes), isRepaired: true };
}

/** Without a charset: what the bytes look like. */
function guessed(bytes: Uint8Array, label: string): Decoded {
  const utf8 = strict("utf-8", bytes);
  if (utf8 !== null && ["\u001b$@", "\u001b$B"].some((shift) => utf8.includes(shift))) {
    const japanese = strict("iso-2022-jp", bytes);
    if (japanese !== null) return { text: japanese, isRepaired: false };
  }
  // Mail without a charset is UTF-8 today; a charset that was named, and is none, is an error.
  if (utf8 !== null) return { text: utf8, isRepaired: label !== "" && hasHigh(bytes) };
  return { text: new TextDecoder("windows-1252").decode(bytes), isRepaired: true };
}

/** The name of a charset that the platform has; null if there is none. */
function decoderOf(label: string): string | null {
  const digits = /^(?:cp|windows|win|ms)?[-_]?(125[0-8])$/.exec(label);
  const candidates = [label, ALIASES[label], digits ? `windows-${digits[1]}` : undefined, label.replace(/^x-/, "")];
  for (const candidate of candidates) {
    if (candidate === undefined) continue;
    try {
      return new TextDecoder(candidate).encoding;
    } catch {
      // The next one.
    }
  }
  return null;
}

function strict(label: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const hasHigh = (bytes: Uint8Array) => bytes.some((byte) => byte > 127);

/** Each byte as the character of the same number. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

function fromDos(bytes: Uint8Array, high: string): string {
  return latin1(bytes).replaceAll(/[\u0080-\u00ff]/g, (character) => high[character.charCodeAt(0) - 128]!);
}

function fromUtf7(text: string): string {
  return text.replaceAll(/\+([A-Za-z0-9+/]*)-?/g, (_, code: string) => {
    if (code === "") return "+";
    try {
      const units = Uint8Array.from(
        atob(code.slice(0, code.length - (code.length % 4 === 1 ? 1 : 0))),
        (c) => c.charCodeAt(0),
      );
      return new TextDecoder("utf-16be").decode(units.subarray(0, units.length & ~1));
    } catch {
      return "\ufffd";
    }
  });
}

function fromUtf32(bytes: Uint8Array, isLittle: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = isLittle || (bytes.length >= 4 && view.getUint32(0) === 0xfffe0000);
  let text = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at, little);
    text += code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
  }
  return text.replace(/^\ufeff/, "");
}

const WORD = /=\?([^?*\s=]{1,60})(?:\*[^?\s]{0,20})?\?([bq])\?([^?]*)\?=/gi;

/** A header's value with its encoded words (`=?utf-8?Q?…?=`) read. Neighbours of one charset may share a character. */
export function decodeWords(value: string): Decoded {
  let [text, isRepaired, end] = ["", false, 0];
  let pending: { label: string; pieces: Uint8Array[] } | null = null;
  const flush = () => {
    if (pending === null) return;
    const decoded = decodeText(joined(pending.pieces), pending.label);
    text += decoded.text;
    isRepaired ||= decoded.isRepaired;
    pending = null;
  };
  for (const match of value.matchAll(WORD)) {
    const between = value.slice(end, match.index);
    const label = match[1]!.toLowerCase();
    const isNeighbour = end > 0 && /^[ \t\r\n]*$/.test(between);
    if (!isNeighbour || (pending as { label: string } | null)?.label !== label) flush();
    if (!isNeighbour) text += between;
    const bytes = match[2]!.toLowerCase() === "b" ? fromBase64(match[3]!) : fromQ(match[3]!);
    pending ??= { label, pieces: [] };
    (pending as { pieces: Uint8Array[] }).pieces.push(bytes);
    end = match.index + match[0].length;
  }
  flush();
  return { text: text + value.slice(end), isRepaired };
}

export function joined(pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function fromBase64(text: string): Uint8Array {
  const clean = text.replaceAll(/[^A-Za-z0-9+/]/g, "");
  try {
    return Uint8Array.from(
      atob(clean.slice(0, clean.length - (clean.length % 4 === 1 ? 1 : 0))),
      (c) => c.charCodeAt(0),
    );
  } catch {
    return new Uint8Array();
  }
}

function fromQ(text: string): Uint8Array {
  const plain = text.replaceAll("_", " ").replaceAll(
    /=([0-9a-f]{2})/gi,
    (_, code: string) => String.fromCharCode(parseInt(code, 16)),
  );
  // Other characters of a word are a mistake; as UTF-8 they survive.
  // deno-lint-ignore no-control-regex
  return /[^\u0000-\u00ff]/.test(plain)
    ? new TextEncoder().encode(plain)
    : Uint8Array.from(plain, (c) => c.charCodeAt(0));
}
