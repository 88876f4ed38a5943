/** One attempt to send a mail of the outbox: fetch its files, say that it begins, hand it over. `mailing.py` does the same. */

import { type Api, ApiError, type Caller } from "../_helpdesk/api.ts";
import { idHeader, warn } from "../_helpdesk/request_log.ts";
import type { Delivery } from "./deliveries.ts";
import { InvalidMailError, type Mail, type MailFile, mailOf } from "./mail_payload.ts";
import { attemptOf, type MailAttempt, type MailResult, type Transport } from "./mail_result.ts";

/** What `lease_deliveries()` gives for a mail. */
export type MailPayload = Record<string, unknown>;

const BUCKET = "helpdesk-attachments";
const STORAGE_MS = 30_000;
/** The database lets files of 7 MB go with a mail. A payload with more is none of its own. */
const FILES_BYTES_MAX = 10_000_000;
const PATH = /^tickets\/[0-9a-f-]{36}\/[0-9a-f-]{36}$/;

export class MailSender {
  constructor(
    private readonly api: Api,
    private readonly url: string,
    private readonly transport: Transport,
    private readonly fetchIt: typeof fetch = fetch,
  ) {}

  /** Make one attempt; null when another sender has the mail. It never throws: each end of it is an outcome. */
  async send(payload: MailPayload, delivery: Delivery<MailPayload>): Promise<MailAttempt | null> {
    const began = performance.now();
    const found = await this.#sent(payload, delivery);
    return found && attemptOf(found, Math.round(performance.now() - began));
  }

  async #sent(payload: MailPayload, { delivery_id, lease }: Delivery<MailPayload>): Promise<MailResult | null> {
    let isHandedOver = false;
    const begins = async () => {
      await this.api.rpc(this.api.system, "begin_sending", { delivery_id, lease });
      isHandedOver = true;
    };
    try {
      const mail: Mail = mailOf(payload, await this.#files(payload));
      return await this.transport.send(mail, begins);
    } catch (error) {
      if (error instanceof InvalidMailError) return { outcome: "refused", problem: error.message };
      if (error instanceof ApiError) {
        // Nothing was handed over.
        if (error.reason === "lease_lost") return null;
        return { outcome: "retry", problem: `The helpdesk did not answer: ${error.message}` };
      }
      // One mail must not keep the others from being sent.
      const name = (error as Error).name;
      warn("a mail could not be sent", { delivery_id, error: name });
      return { outcome: isHandedOver ? "unknown" : "retry", problem: `It could not be sent: ${name}` };
    }
  }

  async #files(payload: MailPayload): Promise<MailFile[]> {
    const found: MailFile[] = [];
    const wanted = (payload.attachments ?? []) as { name: string; type: string; path: string; size: number }[];
    if (wanted.reduce((sum, { size }) => sum + size, 0) > FILES_BYTES_MAX) {
      throw new InvalidMailError("The files are more than a mail can have");
    }
    for (const { name, type, path, size } of wanted) {
      const content = await this.#file(path, size);
      // It was deleted since: the mail goes without it.
      if (content) found.push({ name, type, content });
    }
    return found;
  }

  /** The bytes of a file; null when it is gone. @throws ApiError */
  async #file(path: string, size: number): Promise<Uint8Array | null> {
    if (!PATH.test(path)) throw new InvalidMailError("The path of a file is not one of the helpdesk's");
    const system: Caller = this.api.system;
    try {
      const answer = await this.fetchIt(`${this.url}/storage/v1/object/authenticated/${BUCKET}/${path}`, {
        headers: { ...system, ...idHeader() },
        signal: AbortSignal.timeout(STORAGE_MS),
      });
      if (answer.ok) {
        const content = new Uint8Array(await answer.arrayBuffer());
        if (content.length === size) return content;
        throw new ApiError(503, { message: "Storage has another file than the one that was checked" });
      }
      // Storage says 400 for what is not there, and the real status in the body.
      const text = await answer.text();
      if (answer.status === 404 || /"statusCode":\s*"?404|not_found/i.test(text)) return null;
      throw new ApiError(503, { message: `Storage answered ${answer.status}` });
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError(503, { message: `Storage: ${(error as Error).name}` });
    }
  }
}
