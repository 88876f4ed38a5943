/**
 * The parts of a mail, from its bytes. postal-mime reads the structure; which part is what is decided elsewhere, so its
 * own collecting of texts is switched off. The version is pinned: what is used of its inside is in `Inside` and `Node`.
 */

import PostalMime from "postal-mime";
import { decodeText, joined } from "./mail_charset.ts";

export interface Header {
  /** In lower case. */
  key: string;
  value: string;
}

/** A part of a mail, with its own headers. */
export interface Part {
  headers: Header[];
  /** In lower case, e.g. `text/plain`; without parameters. */
  type: string;
  params: Record<string, string>;
  disposition: string;
  dispositionParams: Record<string, string>;
  contentId: string | null;
  /** The decoded bytes of a leaf. */
  bytes: Uint8Array;
  parts: Part[];
}

export interface Tree {
  root: Part;
  flags: string[];
}

/** More parts or deeper ones are not read. The raw mail keeps them. */
export const PARTS_MAX = 200;
export const DEPTH_MAX = 30;
const DASH = 45;
const HEADER_BYTES_MAX = 2 * 1024 * 1024;
/** Of a mail that cannot be read, as much of its header. */
const HEADER_BYTES_KEPT = 256 * 1024;

interface Node {
  depth: number;
  headers: Header[];
  contentType: { parsed: { value: string; params: Record<string, string> } };
  contentDisposition: { parsed: { value: string; params: Record<string, string> } };
  contentTransferEncoding: { encoding: string };
  contentId?: string;
  content: ArrayBuffer | null;
  childNodes: Node[];
  contentDecoder: Decoder | null;
  setupContentDecoder(encoding: string): void;
  feed(line: Uint8Array): void;
}

interface Decoder {
  update(line: Uint8Array): void;
  finalize(): Promise<ArrayBuffer>;
}

interface Inside {
  root: Node;
  currentNode: Node;
  parse(bytes: Uint8Array): Promise<unknown>;
  finalize(): Promise<void>;
  processLine(line: Uint8Array, isFinal: boolean): Promise<void>;
  collectNode(): Promise<void>;
}

/** Collects the lines of a part. The parser's own makes a Blob of them, whose time grows with the square of their number. */
class Lines implements Decoder {
  #bytes = new Uint8Array(1024);
  #length = 0;

  constructor(private readonly end: Uint8Array) {}

  update(line: Uint8Array): void {
    const end = this.#length + line.length + this.end.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(line, this.#length);
    this.#bytes.set(this.end, end - this.end.length);
    this.#length = end;
  }

  finalize(): Promise<ArrayBuffer> {
    return Promise.resolve(this.#bytes.buffer.slice(0, this.#length));
  }
}

const DONE = Promise.resolve();

class TreeParser extends (PostalMime as unknown as new (options: Record<string, unknown>) => Inside) {
  readonly flags = new Set<string>();
  #seen: Node = this.currentNode;
  #count = 1;

  constructor(options: Record<string, unknown>, private readonly end: Uint8Array) {
    super(options);
    withLines(this.root, end);
  }

  override processLine(line: Uint8Array, isFinal: boolean): Promise<void> {
    if (this.flags.size > 0) return isFinal ? this.finalize() : DONE;
    // Most lines end no part.
    if (!isFinal && !(line[0] === DASH && line[1] === DASH)) {
      this.currentNode.feed(line);
      return DONE;
    }
    return this.#processBoundary(line, isFinal);
  }

  async #processBoundary(line: Uint8Array, isFinal: boolean): Promise<void> {
    await super.processLine(line, isFinal);
    if (this.currentNode === this.#seen) return;
    this.#seen = this.currentNode;
    withLines(this.#seen, this.end);
    // A closed part leads back to its parent, which is no new part; to count it costs little.
    if (++this.#count > 2 * PARTS_MAX) this.flags.add("too_many_parts");
    if (this.#seen.depth > DEPTH_MAX) this.flags.add("too_deep");
  }

  /** The parts are walked here, not there. */
  override collectNode(): Promise<void> {
    return Promise.resolve();
  }
}

/** Have a part collect its lines with `Lines`, unless they are encoded. */
function withLines(node: Node, end: Uint8Array): void {
  node.setupContentDecoder = (encoding: string) => {
    Object.getPrototypeOf(node).setupContentDecoder.call(node, encoding);
    if (!/base64|quoted-printable/i.test(encoding)) node.contentDecoder = new Lines(end);
  };
}

/** Read the structure of a mail. Whatever the bytes are, there is an answer: at least the header. */
export async function readTree(raw: Uint8Array): Promise<Tree> {
  const bytes = headerInUtf8(withHeader(withLineEnds(raw)));
  try {
    const tree = await parsed(bytes);
    const guessed = withGuessedType(tree.root);
    return guessed === null ? tree : await parsed(guessed);
  } catch {
    const head = bytes.subarray(0, Math.min(headerEnd(bytes), HEADER_BYTES_KEPT));
    const tree = await parsed(new Uint8Array([...head, 10, 10]));
    return { root: { ...tree.root, type: "text/plain", parts: [] }, flags: ["unreadable"] };
  }
}

async function parsed(bytes: Uint8Array): Promise<Tree> {
  const first = bytes.indexOf(10);
  const parser = new TreeParser(
    { maxHeadersSize: HEADER_BYTES_MAX },
    Uint8Array.from(first > 0 && bytes[first - 1] === 13 ? [13, 10] : [10]),
  );
  await parser.parse(bytes);
  const flags = parser.flags;
  let count = 0;
  const partOf = (node: Node): Part => {
    count++;
    const { value, params } = node.contentType.parsed;
    const { value: disposition, params: dispositionParams } = node.contentDisposition.parsed;
    const parts: Part[] = [];
    for (const child of node.childNodes) {
      if (count >= PARTS_MAX) {
        flags.add("too_many_parts");
        break;
      }
      if (node.depth >= DEPTH_MAX) break;
      parts.push(partOf(child));
    }
    return {
      headers: node.headers,
      type: value.trim().toLowerCase(),
      params,
      disposition: disposition.trim().toLowerCase(),
      dispositionParams,
      contentId: node.contentId?.trim() || null,
      bytes: bytesOf(node),
      parts,
    };
  };
  return { root: partOf(parser.root), flags: [...flags] };
}

/** The content of a leaf. The parser ends each line of a text by itself; the last line end is the boundary's. */
function bytesOf({ content, contentTransferEncoding, depth }: Node): Uint8Array {
  const bytes = content === null ? new Uint8Array() : new Uint8Array(content);
  if (contentTransferEncoding.encoding === "base64" || depth === 0 || bytes.at(-1) !== 10) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 13 ? -2 : -1);
}

/** Line ends of old Macs become ours: else the whole mail is one header. */
function withLineEnds(raw: Uint8Array): Uint8Array {
  const end = raw.subarray(0, 4096);
  if (end.includes(10) || !end.includes(13)) return raw;
  const changed = raw.slice();
  for (let i = 0; i < changed.length; i++) if (changed[i] === 13 && changed[i + 1] !== 10) changed[i] = 10;
  return changed;
}

/** Where the header ends: after its last line. */
function headerEnd(bytes: Uint8Array): number {
  if (bytes[0] === 10) return 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10 || (bytes[at + 1] === 13 && bytes[at + 2] === 10)) return at + 1;
  }
  return bytes.length;
}

/** Lines of the header that are no UTF-8 are read like a body that does not say its charset. */
function headerInUtf8(bytes: Uint8Array): Uint8Array {
  const end = headerEnd(bytes);
  const head = bytes.subarray(0, end);
  if (end > HEADER_BYTES_MAX || !head.some((byte) => byte > 127)) return bytes;
  const lines: Uint8Array[] = [];
  for (let at = 0; at < end;) {
    const next = head.indexOf(10, at);
    const line = head.subarray(at, next === -1 ? end : next + 1);
    lines.push(new TextEncoder().encode(decodeText(line, "unknown-8bit").text));
    at += line.length;
  }
  return joined([...lines, bytes.subarray(end)]);
}

/** Bytes that do not begin with a header are a body. */
function withHeader(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(10);
  const line = new TextDecoder().decode(bytes.subarray(0, Math.min(end === -1 ? bytes.length : end, 1_000)));
  return bytes.length === 0 || /^(?:[!-9;-~]+[ \t]*:|\s*$|From )/.test(line)
    ? bytes
    : joined([Uint8Array.from([10]), bytes]);
}

/** A body of parts whose header says nothing of them: the mail with the header that is missing; null for any other. */
function withGuessedType(root: Part): Uint8Array | null {
  if (root.parts.length > 0 || root.headers.some(({ key }) => key === "content-type")) return null;
  const start = new TextDecoder().decode(root.bytes.subarray(0, 2000));
  const found = /^\s*--([^\s"]{1,70})[ \t]*\r?\ncontent-[a-z-]+:/i.exec(start);
  if (found === null) return null;
  const lines = root.headers.map(({ key, value }) => `${key}: ${value}`);
  // A text and the same as HTML.
  const kind = /^content-type:\s*text\/html/im.test(start) && /^content-type:\s*text\/plain/im.test(start);
  const type = `content-type: multipart/${kind ? "alternative" : "mixed"}; boundary="${found[1]}"`;
  const head = new TextEncoder().encode([...lines, type, "", ""].join("\n"));
  const whole = new Uint8Array(head.length + root.bytes.length);
  whole.set(head);
  whole.set(root.bytes, head.length);
  return whole;
}

/** The values of a header, topmost first. */
export function valuesOf(headers: Header[], key: string): string[] {
  return headers.filter((header) => header.key === key).map(({ value }) => value);
}

/** The first value of a header. */
export function valueOf(headers: Header[], key: string): string | null {
  return headers.find((header) => header.key === key)?.value ?? null;
}
