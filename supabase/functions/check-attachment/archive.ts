/**
 * What is in a ZIP archive, by its central directory alone: nothing is ever unpacked.
 *
 * Strict on purpose: an archive with anything before, between or behind its parts is a file of two formats, or one that
 * programs read in different ways. The Python package has the same rules in `helpdesk_sdk/checks/archive.py`.
 */

const ENTRIES_MAX = 10_000;
const END_SIZE = 22;
const ENTRY_SIZE = 46;
/** Macros and other programs inside of office documents. */
const PROGRAMS = ["vbaproject.bin", "vbaprojectsignature.bin"];

export interface Archive {
  /** `word`, `xl` or `ppt` for an office document, the content type that an OpenDocument names, or null. */
  kind: string | null;
  /** Why the archive is not acceptable, or null. */
  problem: string | null;
}

const DAMAGED: Archive = { kind: null, problem: "archive_damaged" };

/** `head`: the first bytes, 200 or more. `tail`: the last bytes, among them the whole central directory. */
export function archiveKind(head: Uint8Array, tail: Uint8Array, size: number): Archive {
  const at = lastEnd(tail);
  if (at < 0 || tail.length - at < END_SIZE) return DAMAGED;
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const short = (offset: number) => view.getUint16(at + offset, true);
  const [disk, firstDisk, here, entries, comment] = [short(4), short(6), short(8), short(10), short(20)];
  const [length, offset] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  const begin = at - length;
  if (disk || firstDisk || here !== entries || at + END_SIZE + comment !== tail.length) return DAMAGED;
  if (entries > ENTRIES_MAX || begin < 0) return { kind: null, problem: "archive_too_large" };
  if (offset !== size - tail.length + begin) return DAMAGED;
  const names = namesOf(view, begin, at, entries);
  if (names === null) return DAMAGED;
  const lowered = names.map((name) => name.toLowerCase());
  if (lowered.some((name) => PROGRAMS.includes(name.slice(name.lastIndexOf("/") + 1)))) {
    return { kind: null, problem: "macros" };
  }
  if (names[0] === "mimetype") return { kind: openDocument(head), problem: null };
  if (lowered.includes("[content_types].xml")) {
    const kind = ["word", "xl", "ppt"].find((one) => lowered.some((name) => name.startsWith(`${one}/`)));
    if (kind) return { kind, problem: null };
  }
  return { kind: null, problem: null };
}

function lastEnd(tail: Uint8Array): number {
  for (let at = tail.length - 4; at >= 0; at--) {
    if (tail[at] === 0x50 && tail[at + 1] === 0x4b && tail[at + 2] === 5 && tail[at + 3] === 6) return at;
  }
  return -1;
}

function namesOf(view: DataView, start: number, end: number, entries: number): string[] | null {
  const names: string[] = [];
  const text = new TextDecoder();
  let begin = start;
  let first: number | null = null;
  for (let entry = 0; entry < entries; entry++) {
    if (begin + ENTRY_SIZE > end || view.getUint32(begin, false) !== 0x504b0102) return null;
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(begin + offset, true)) as [
      number,
      number,
      number,
    ];
    const offset = view.getUint32(begin + 42, true);
    first = first === null ? offset : Math.min(first, offset);
    begin += ENTRY_SIZE;
    // The lengths are the file's own words: they may point behind its end.
    if (begin + name + extra + comment > end) return null;
    names.push(text.decode(new Uint8Array(view.buffer, view.byteOffset + begin, name)));
    begin += name + extra + comment;
  }
  // Something stands before the first entry, or behind the last.
  return begin === end && (first === null || first === 0) ? names : null;
}

/** The content type in an OpenDocument: its first entry, stored and not compressed. */
function openDocument(head: Uint8Array): string | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [method, length] = [view.getUint16(8, true), view.getUint32(22, true)];
  const start = 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (method !== 0 || length >= 100) return null;
  return new TextDecoder().decode(head.subarray(start, start + length));
}
