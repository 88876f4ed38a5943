/** Mails for the tests of the parser. */

import { type ParsedMail, parseMail } from "./mail_parser.ts";

const HEAD =
  "From: Carla <carla@customer.example>\nTo: support@desk.example\nSubject: The printer\nMessage-ID: <q1@customer.example>\n";

/** A mail with these further headers and this body, as it is parsed. */
export async function read(rest: string, head = HEAD, envelope: string[] = []): Promise<ParsedMail> {
  return (await parseMail(new TextEncoder().encode(head + rest), envelope)).mail;
}

/** A mail of these parts, each with its own headers. */
export function multipart(kind: string, ...parts: string[]): string {
  return `Content-Type: multipart/${kind}; boundary="b"\n\n${parts.map((part) => `--b\n${part}\n`).join("")}--b--\n`;
}
