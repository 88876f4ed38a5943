/** A mail from its parts, for providers that hand over fields instead of the bytes. It ends in the same parser. */

import { joined } from "./mail_charset.ts";
import { base64 } from "./signatures.ts";

export interface ComposedFile {
  name: string;
  type: string;
  contentId: string | null;
  content: Uint8Array;
}

export interface Fields {
  /** Name and value of each header, in their order. */
  headers: [string, string][];
  text: string | null;
  html: string | null;
  files: ComposedFile[];
}

/** Headers of the mail that said how its parts were written. */
const OWN = /^(content-.*|mime-version)$/i;

export function composed({ headers, text, html, files }: Fields): Uint8Array {
  const encoder = new TextEncoder();
  // The same for the same fields: a provider that tries again sends the same mail. No body has it, as all are base64.
  const boundary = "=_composed";
  const pieces: Uint8Array[] = [];
  const write = (line: string) => pieces.push(encoder.encode(`${line}\r\n`));
  for (const [name, value] of headers) {
    if (/^[!-9;-~]+$/.test(name) && !OWN.test(name)) write(`${name}: ${value.replaceAll(/[\r\n]+/g, " ")}`);
  }
  write("MIME-Version: 1.0");
  const bodies: [string, string][] = [];
  if (text !== null) bodies.push(["text/plain", text]);
  if (html !== null) bodies.push(["text/html", html]);
  const inner = `${boundary}i`;
  write(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n`);
  write(`--${boundary}\r\nContent-Type: multipart/alternative; boundary="${inner}"\r\n`);
  for (const [type, body] of bodies) {
    write(`--${inner}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n`);
    writeBase64(encoder.encode(body), pieces);
  }
  write(`--${inner}--`);
  for (const { name, type, contentId, content } of files) {
    const kind = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/i.test(type) ? type : "application/octet-stream";
    write(`--${boundary}\r\nContent-Type: ${kind}; name="${word(name)}"\r\nContent-Transfer-Encoding: base64`);
    if (contentId !== null) write(`Content-ID: <${contentId.replaceAll(/[<>\s]/g, "")}>`);
    write(`Content-Disposition: attachment; filename="${word(name)}"\r\n`);
    writeBase64(content, pieces);
  }
  write(`--${boundary}--`);
  return joined(pieces);
}

/** A name as an encoded word, whatever is in it. */
function word(name: string): string {
  return `=?utf-8?B?${base64(new TextEncoder().encode(name))}?=`;
}

function writeBase64(content: Uint8Array, pieces: Uint8Array[]): void {
  const encoder = new TextEncoder();
  for (let at = 0; at < content.length; at += 57 * 100) {
    const lines = base64(content.subarray(at, at + 57 * 100)).match(/.{1,76}/g) ?? [];
    pieces.push(encoder.encode(`${lines.join("\r\n")}\r\n`));
  }
}

/** The fields of a header as it stands in a mail, in their order. */
export function headerLines(text: string): [string, string][] {
  const found: [string, string][] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const last = found.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) last[1] += ` ${line.trim()}`;
    else if (line.includes(":")) {
      found.push([line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]);
    }
  }
  return found;
}
