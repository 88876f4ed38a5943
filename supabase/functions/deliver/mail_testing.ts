/** What the tests of mails share: a mail, and a mail server that says what a test wants. */

import { type Mail, type MailFile, mailOf } from "./mail_payload.ts";

export const ID = "<m.0123456789abcdef@acme.example>";
export const FILE: MailFile = { name: "ä b.pdf", type: "application/pdf", content: new TextEncoder().encode("pdf") };
export const PAYLOAD = {
  message_id: ID,
  from: { name: "Änna (Acme)", address: "support@acme.example" },
  to: [{ name: "Carla", address: "carla@customer.example" }],
  reply_to: { name: "Acme", address: "reply+t@acme.example" },
  envelope_from: "bounce+t@acme.example",
  subject: "Re: Grüße",
  text: "Hello\r\n.\n",
  html: "<p>Hello</p>",
  in_reply_to: "<q1@customer.example>",
  references: [ID, "<q1@customer.example>"],
  automatic: "auto-replied",
  installation: "i1",
};

export function mail(changes: Record<string, unknown> = {}, files: MailFile[] = []): Mail {
  return mailOf({ ...PAYLOAD, ...changes }, files);
}

/** A mail server on loopback. `says` gives the answer to a command, or null to close; `DONE` stands for the mail. */
export function mailServer(says: (command: string) => string | null = () => "250 ok") {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const said: string[] = [];
  const mails: string[] = [];
  const work = (async () => {
    for await (const connection of listener) await serve(connection, says, said, mails).catch(() => {});
  })();
  return {
    ...{ said, mails, port: listener.addr.port },
    async [Symbol.asyncDispose]() {
      listener.close();
      await work.catch(() => {});
    },
  };
}

async function serve(
  connection: Deno.TcpConn,
  says: (command: string) => string | null,
  said: string[],
  mails: string[],
): Promise<void> {
  using _closed = connection;
  const send = (line: string) => connection.write(new TextEncoder().encode(`${line}\r\n`));
  const bytes = new Uint8Array(65_536);
  let [rest, isData] = ["", false];
  await send("220 ready");
  while (true) {
    const count = await connection.read(bytes);
    if (count === null) return;
    rest += new TextDecoder().decode(bytes.subarray(0, count));
    while (true) {
      const end = isData ? "\r\n.\r\n" : "\r\n";
      const at = rest.indexOf(end);
      if (at < 0) break;
      const part = rest.slice(0, at);
      rest = rest.slice(at + end.length);
      if (isData) mails.push(part);
      else said.push(part);
      const answer = says(isData ? "DONE" : part) ?? null;
      if (answer === null) return;
      const isAccepted = part === "DATA" && answer === "250 ok";
      await send(isAccepted ? "354 go on" : answer);
      isData = isAccepted;
    }
  }
}
