/**
 * Is a file what its content type says? A positive test: what is not recognised is refused.
 *
 * The Python package has the same rules in `helpdesk_sdk/checks/inspection.py`. One table of samples is tried against
 * both.
 */

import "../_helpdesk/empty_environment.ts";
import { fileTypeFromBuffer } from "file-type";
import { archiveKind } from "./archive.ts";

/** The part of a file, from its start, that `verdict` needs. */
export const HEAD_BYTES = 4100;
/** The part of a file, at its end, that `verdict` needs. */
export const TAIL_BYTES = 1024 * 1024;

/** Types of which every byte is looked at: `hasControls` counts for them alone. */
export const TEXT_TYPES: ReadonlySet<string> = new Set(["text/plain", "text/csv", "text/markdown", "application/json"]);
/** Types that are ZIP archives, each with the kind that `archiveKind` must find; null for any. */
const ARCHIVE_TYPES = new Map<string, string | null>([
  ["application/zip", null],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl"],
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt"],
  ["application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"],
  ["application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"],
  ["application/vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.presentation"],
]);
const BINARY_TYPES = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/heic",
  "image/tiff",
  "application/pdf",
  "application/gzip",
  "video/mp4",
  "video/quicktime",
  "video/webm",
  "audio/mpeg",
]);
/** The brands of the ISO media format, which libraries know in part. */
const BRANDS: [string, RegExp][] = [
  ["video/mp4", /^(isom|iso[2-9]|mp4[12]|avc1|M4V |M4VH|M4VP|dash|MSNV)/],
  ["video/quicktime", /^qt {2}/],
  ["image/heic", /^(heic|heix|heim|heis)/],
];
const MARKUP_FIRST = /^(\xef\xbb\xbf)?[ \t\n\r\f\v]*<[!?/a-zA-Z]/;
const MARKUP = /<[ \t\n\r\f\v]*(script|iframe|svg|object|embed|html|body|img|meta|link|style|form|base)\b/i;

/** Whether a byte is in no text: all control characters but tab, line ends, form feed, backspace and escape. */
export function isControl(byte: number): boolean {
  return byte < 0x20 ? !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b : byte === 0x7f;
}

/** Why the file is not acceptable as this type; null when it is. `hasControls`: whether any byte `isControl`. */
export async function verdict(
  contentType: string,
  head: Uint8Array,
  tail: Uint8Array,
  size: number,
  hasControls: boolean,
): Promise<string | null> {
  if (TEXT_TYPES.has(contentType)) return await verdictOfText(head, hasControls);
  const isArchive = latin1(head.subarray(0, 4)) === "PK\x03\x04";
  if (ARCHIVE_TYPES.has(contentType)) {
    if (!isArchive) return "type_mismatch";
    const { kind, problem } = archiveKind(head, tail, size);
    const wanted = ARCHIVE_TYPES.get(contentType) ?? null;
    return problem ?? (wanted === null || wanted === kind ? null : "type_mismatch");
  }
  if (!BINARY_TYPES.has(contentType) || isArchive || await detected(head) !== contentType) return "type_mismatch";
  return endsWell(contentType, head, tail) ? null : "damaged_or_mixed";
}

/** The content type of the bytes; null for anything unknown. */
async function detected(head: Uint8Array): Promise<string | null> {
  if (latin1(head.subarray(4, 8)) === "ftyp") {
    const brand = latin1(head.subarray(8, 12));
    return BRANDS.find(([, brands]) => brands.test(brand))?.[0] ?? null;
  }
  try {
    return (await fileTypeFromBuffer(head))?.mime ?? null;
  } catch {
    // The bytes end where their format needs more.
    return null;
  }
}

async function verdictOfText(head: Uint8Array, hasControls: boolean): Promise<string | null> {
  if (hasControls) return "not_text";
  const text = latin1(head);
  if (MARKUP_FIRST.test(text) || MARKUP.test(text)) return "markup_in_text";
  return await detected(head) === null ? null : "not_text";
}

/**
 * Whether nothing stands behind the end of the file's own format, where its format makes that easy to say: a file of two
 * formats at once has the second one there.
 */
function endsWell(contentType: string, head: Uint8Array, tail: Uint8Array): boolean {
  const end = latin1(tail.subarray(-1024));
  if (contentType === "image/png") return end.endsWith("IEND\xaeB`\x82");
  if (contentType === "application/pdf") return end.includes("%%EOF");
  if (contentType === "image/gif") {
    const flags = head[10] ?? 0;
    const table = head.length > 13 && flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
    return end.endsWith("\x3b") && [0x21, 0x2c, 0x3b].includes(head[13 + table] ?? 0);
  }
  return true;
}

/** The bytes as text with one character for each. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
