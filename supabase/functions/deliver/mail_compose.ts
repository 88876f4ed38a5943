/** From a mail to its bytes. nodemailer writes them; which headers they have is checked afterwards. */

import { Buffer } from "node:buffer";
import MailComposer from "nodemailer/lib/mail-composer";
import { InvalidMailError, type Mail, type Mailbox } from "./mail_payload.ts";

/** The bytes of a mail, with CR LF as line ends. @throws InvalidMailError a header would be read as another one */
export async function composed(mail: Mail): Promise<Uint8Array> {
  const { text, files } = mail;
  const headers = new Map(mail.headers);
  const value = (name: string) => {
    const found = headers.get(name);
    headers.delete(name);
    return found;
  };
  const written = await new MailComposer({
    from: box(mail.from),
    to: mail.to.map(box),
    cc: mail.cc.map(box),
    ...(mail.replyTo ? { replyTo: box(mail.replyTo) } : {}),
    subject: plainWords(mail.subject),
    messageId: value("Message-ID"),
    inReplyTo: value("In-Reply-To"),
    references: value("References"),
    headers: [...headers].map(([key, value]) => ({ key, value })),
    text,
    ...(mail.html === null ? {} : { html: mail.html }),
    attachments: files.map(({ name, type, content }) => ({
      filename: name,
      contentType: type,
      contentDisposition: "attachment",
      content: Buffer.from(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength),
    })),
    newline: "\r\n",
    // A value never becomes a path or an address that is read.
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile().build();
  checkHead(written, mail);
  return written;
}

function box({ address, name }: Mailbox): Mailbox {
  return { address, name: plainWords(name) };
}

/** What looks like an encoded word would be read as what it encodes: line ends, and so a header. */
function plainWords(value: string): string {
  return value.replaceAll("=?", "= ?");
}

/** The last guard against a header in a value: the names are those that were meant, and the ids are whole. */
function checkHead(written: Uint8Array, mail: Mail): void {
  const all = new TextDecoder().decode(written.subarray(0, 200_000));
  const lines = all.split("\r\n\r\n")[0]!.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
  const found = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || found.has(name)) throw new InvalidMailError(`The header ${name} would be read as another one`);
    found.set(name, line.slice(colon + 1).trim());
  }
  const wanted = new Set(["from", "to", "subject", "date", ...mail.headers.map(([name]) => name.toLowerCase())]);
  if (mail.cc.length > 0) wanted.add("cc");
  if (mail.replyTo) wanted.add("reply-to");
  for (const name of found.keys()) {
    if (!wanted.delete(name) && name !== "mime-version" && !name.startsWith("content-")) {
      throw new InvalidMailError(`The header ${name} was not meant`);
    }
  }
  // An empty subject is no header.
  wanted.delete("subject");
  if (wanted.size > 0) throw new InvalidMailError(`The header ${[...wanted][0]} is missing`);
  for (const [name, value] of mail.headers) {
    if (found.get(name.toLowerCase()) !== value.trim().replaceAll(/\s+/g, " ")) {
      throw new InvalidMailError(`The header ${name} would be read as something else`);
    }
  }
}
