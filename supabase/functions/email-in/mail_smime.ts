/** Mails that are signed as one block (S/MIME `signed-data`): the mail within. The signature is not checked. */

import type { Part } from "./mail_tree.ts";
import { joined } from "./mail_charset.ts";

const TYPES = new Set(["application/pkcs7-mime", "application/x-pkcs7-mime"]);
/** 1.2.840.113549.1.7.2 and .1 */
const SIGNED = "2a864886f70d010702";
const DATA = "2a864886f70d010701";
const DEPTH_MAX = 8;

interface Value {
  tag: number;
  content: Uint8Array;
  /** With tag and length. */
  whole: Uint8Array;
  /** Where the next value begins. */
  end: number;
}

/** The mail within a signed block; null for any other part. */
export function signedContent(part: Part): Uint8Array | null {
  if (!TYPES.has(part.type) || /enveloped|certs-only|compressed/i.test(part.params["smime-type"] ?? "")) return null;
  try {
    const [type, wrapped] = derValues(inside(part.bytes, 0x30));
    if (type === undefined || wrapped === undefined || hex(type.content) !== SIGNED) return null;
    const signed = derValues(inside(wrapped.content, 0x30));
    // version, digest algorithms, the content
    const [kind, content] = derValues(signed[2]!.content);
    if (kind === undefined || content === undefined || hex(kind.content) !== DATA) return null;
    return octets(content.content, 0);
  } catch {
    return null;
  }
}

/** Whether a part can be read only with a key. */
export function isEncrypted(part: Part): boolean {
  return TYPES.has(part.type) && /enveloped/i.test(part.params["smime-type"] ?? "enveloped") &&
    signedContent(part) === null;
}

function inside(bytes: Uint8Array, tag: number): Uint8Array {
  const value = read(bytes, 0, 0);
  if (value.tag !== tag) throw new Error("another tag");
  return value.content;
}

/** The values of a sequence, at most 100. @throws when the bytes are none */
export function derValues(bytes: Uint8Array): Value[] {
  const found: Value[] = [];
  for (let at = 0; at < bytes.length && found.length < 100;) {
    const value = read(bytes, at, 0);
    if (value.tag === 0) break;
    found.push(value);
    at = value.end;
  }
  return found;
}

/** An octet string, also one in pieces. */
function octets(bytes: Uint8Array, depth: number): Uint8Array {
  if (depth > DEPTH_MAX) throw new Error("too deep");
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const value = read(bytes, at, 0);
    if (value.tag === 0x04) pieces.push(value.content);
    else if (value.tag === 0x24) pieces.push(octets(value.content, depth + 1));
    else break;
    at = value.end;
  }
  if (pieces.length === 0) throw new Error("no content");
  return joined(pieces);
}

/** One value of DER or BER. @throws when the bytes are none */
function read(bytes: Uint8Array, at: number, depth: number): Value {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || depth > DEPTH_MAX) throw new Error("cut off");
  let start = at + 2;
  if (first === 0x80) {
    // Without a length: up to the end mark.
    let end = start;
    while (!(bytes[end] === 0 && bytes[end + 1] === 0)) end = read(bytes, end, depth + 1).end;
    return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end + 2), end: end + 2 };
  }
  let length = first;
  if (first > 0x80) {
    if (first > 0x84) throw new Error("too long");
    length = 0;
    for (let i = 0; i < first - 0x80; i++) length = length * 256 + (bytes[start++] ?? 0);
  }
  if (start + length > bytes.length) throw new Error("cut off");
  const end = start + length;
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end), end };
}

const hex = (bytes: Uint8Array) =>
  Array.from(bytes.subarray(0, 20), (byte) => byte.toString(16).padStart(2, "0")).join("");
