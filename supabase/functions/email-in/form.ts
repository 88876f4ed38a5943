/**
 * The fields of a form as bytes. `Request.formData()` reads them as UTF-8 and destroys a mail in another charset.
 */

import { decodeText, latin1 } from "./mail_charset.ts";

export interface Field {
  filename: string | null;
  type: string;
  bytes: Uint8Array;
}

export type Form = Map<string, Field>;

const FIELDS_MAX = 500;
/** A field's own headers are a few lines. Not every form is signed before it is read. */
const HEAD_BYTES_MAX = 8192;

/** @param type the request's `Content-Type` */
export function readForm(body: Uint8Array, type: string): Form {
  const boundary = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(type);
  return boundary === null ? urlencoded(body) : multipart(body, (boundary[1] ?? boundary[2])!);
}

/** The text of a field; UTF-8 unless it says otherwise. */
export function textIn(form: Form, name: string, charset: string | null = null): string | null {
  const field = form.get(name);
  return field === undefined ? null : decodeText(field.bytes, charset).text;
}

function multipart(body: Uint8Array, boundary: string): Form {
  const form: Form = new Map();
  const text = latin1(body);
  const mark = `--${boundary}`;
  let start = text.startsWith(mark) ? 0 : text.indexOf(`\r\n${mark}`) + 2;
  for (let count = 0; count < FIELDS_MAX; count++) {
    const head = start + mark.length;
    if (text.startsWith("--", head)) break;
    const length = text.slice(head, head + HEAD_BYTES_MAX).indexOf("\r\n\r\n");
    const end = text.indexOf(`\r\n${mark}`, head);
    if (length === -1 || end === -1) break;
    const blank = head + length;
    const headers = decodeText(body.subarray(head, blank), null).text;
    const name = /(?:^|[\s;])name="((?:[^"\\]|\\.)*)"/i.exec(headers)?.[1];
    const filename = /[\s;]filename="((?:[^"\\]|\\.)*)"/i.exec(headers)?.[1] ?? null;
    const type = /^content-type:\s*([^\r\n]+)/im.exec(headers)?.[1]?.trim() ?? "";
    const bytes = body.subarray(Math.min(blank + 4, end), end);
    if (name !== undefined && !form.has(name)) form.set(name, { filename, type, bytes });
    start = end + 2;
  }
  return form;
}

function urlencoded(body: Uint8Array): Form {
  const form: Form = new Map();
  for (const pair of latin1(body).split("&", FIELDS_MAX)) {
    const at = pair.indexOf("=");
    if (at === -1) continue;
    const name = latin1(unescaped(pair.slice(0, at)));
    if (!form.has(name)) form.set(name, { filename: null, type: "", bytes: unescaped(pair.slice(at + 1)) });
  }
  return form;
}

function unescaped(text: string): Uint8Array {
  const plain = text.replaceAll("+", " ").replaceAll(
    /%([0-9a-f]{2})/gi,
    (_, code: string) => String.fromCharCode(parseInt(code, 16)),
  );
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
