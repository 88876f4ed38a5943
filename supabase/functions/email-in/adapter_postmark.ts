/** Postmark: JSON, with the raw mail in `RawEmail` where that is switched on. Name and password are in the URL. */

import { type Call, jsonIn, needed, type Report, rows, text } from "./adapters.ts";
import { composed } from "./compose.ts";
import { postmarkReports } from "./delivery_reports.ts";
import type { Incoming } from "./receiving.ts";
import { fromBase64, verifyBasic } from "./signatures.ts";

export function fromPostmark(call: Call): Promise<Incoming | Report[]> {
  verifyBasic(call.headers, needed(call, "HELPDESK_EMAIL_POSTMARK"));
  const body = jsonIn(call.body);
  // Its other webhooks say in RecordType what they are; a mail does not have it.
  if (text(body.RecordType) !== null && body.FromFull === undefined) return Promise.resolve(postmarkReports(body));
  const raw = text(body.RawEmail);
  const to = [
    body.OriginalRecipient,
    ...(text(body.OriginalRecipient) ? [] : rows(body.ToFull).map(({ Email }) => Email)),
  ];
  const envelope = { from: null, to: to.map(text).filter((one) => one !== null) };
  const bytes = raw === null ? fromFields(body) : new TextEncoder().encode(raw);
  return Promise.resolve({ raw: bytes, envelope, source: "postmark" });
}

function fromFields(body: Record<string, unknown>): Uint8Array {
  const headers = rows(body.Headers).map(({ Name, Value }): [string, string] => [String(Name), String(Value)]);
  const has = (name: string) => headers.some(([one]) => one.toLowerCase() === name);
  const add = (name: string, value: string | null) => {
    if (value !== null && value !== "" && !has(name.toLowerCase())) headers.push([name, value]);
  };
  const people = (value: unknown) => rows(value).map(({ Name, Email }) => mailbox(text(Name), text(Email))).join(", ");
  add("From", people([body.FromFull]));
  add("To", people(body.ToFull));
  add("Cc", people(body.CcFull));
  add("Reply-To", text(body.ReplyTo));
  add("Subject", text(body.Subject));
  add("Date", text(body.Date));
  const files = rows(body.Attachments).map((file) => ({
    name: text(file.Name) ?? "",
    type: text(file.ContentType) ?? "",
    contentId: text(file.ContentID),
    content: bytesOf(text(file.Content) ?? ""),
  }));
  return composed({ headers, text: text(body.TextBody), html: text(body.HtmlBody), files });
}

/** A name and an address as a header has them; the name in quotes, so that nothing in it is an address. */
export function mailbox(name: string | null, address: string | null): string {
  if (name === null) return address ?? "";
  return `"${name.replaceAll(/[\\"]/g, "\\$&").replaceAll(/[\r\n]/g, " ")}" <${address ?? ""}>`;
}

function bytesOf(encoded: string): Uint8Array {
  try {
    return fromBase64(encoded);
  } catch {
    return new Uint8Array();
  }
}
