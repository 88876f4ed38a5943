/**
 * A mail server for this machine alone: it accepts every mail and sends none.
 *
 * It answers as a real server does: sizes are limited, addresses are checked, and a mail counts as accepted when it is
 * kept. There is no TLS and no sign-in, because only loopback can connect.
 */

import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";

/** 25 MB of attachments, as base64, and some text. */
const LARGEST = 36 * 2 ** 20;

export interface Envelope {
  /** The sender; empty when bounces go nowhere. */
  from: string;
  to: string[];
}

export type Keep = (envelope: Envelope, raw: Uint8Array<ArrayBuffer>) => Promise<void>;

export class Catcher {
  readonly #keep: Keep;
  #server: SMTPServer | null = null;

  /** `keep` receives the bytes of each mail. When it throws, the sender is told to come back later. */
  constructor(keep: Keep) {
    this.#keep = keep;
  }

  /** Listen on this port of loopback, or on a free one if it is 0 or in use, and return the port. */
  async listen(port: number): Promise<number> {
    try {
      return await this.#listen(port);
    } catch (error) {
      if (port === 0) throw error;
      return await this.#listen(0);
    }
  }

  close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    return server ? new Promise((resolve) => server.close(() => resolve())) : Promise.resolve();
  }

  #listen(port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const server = new SMTPServer({
      name: "localhost",
      banner: "the local stack keeps every mail and sends none",
      disabledCommands: ["AUTH", "STARTTLS"],
      disableReverseLookup: true,
      hideSTARTTLS: true,
      size: LARGEST,
      closeTimeout: 1000,
      onData: (stream, session, done) => void receive(stream, session, this.#keep).then(() => done(), done),
    });
    server.on("error", (error: Error) => {
      // Also of a client that leaves; then the promise is settled, and the log has it.
      console.error("mail server:", error.message);
      reject(error);
    });
    server.listen(port, "127.0.0.1", () => {
      this.#server = server;
      const address = server.server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
    return promise;
  }
}

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession, keep: Keep): Promise<void> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of stream) if (!stream.sizeExceeded) pieces.push(new Uint8Array(piece));
  if (stream.sizeExceeded) throw Object.assign(new Error("The mail is too large"), { responseCode: 552 });
  const { mailFrom, rcptTo } = session.envelope;
  const envelope = { from: mailFrom ? mailFrom.address : "", to: rcptTo.map(({ address }) => address) };
  try {
    await keep(envelope, new Uint8Array(await new Blob(pieces).arrayBuffer()));
  } catch (error) {
    console.error("a mail could not be kept:", error);
    throw Object.assign(new Error("The mail could not be kept"), { responseCode: 451 });
  }
}
