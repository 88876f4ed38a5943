/** The bytes of mails in the project's Storage, in a bucket that only the secret key reads and writes. */

import { type Api, ApiError } from "../_helpdesk/api.ts";
import { idHeader } from "../_helpdesk/request_log.ts";

const MAILS = "helpdesk-emails";
const FILES = "helpdesk-attachments";
const TIMEOUT_MS = 60_000;

/** Storage does not have the bytes. */
export class MissingError extends ApiError {
  override name = "MissingError";
}

export class Storage {
  constructor(
    private readonly url: string,
    private readonly api: Api,
    private readonly send: typeof fetch = fetch,
  ) {}

  /** Keep a mail. Bytes that are there already are the same ones: their hash is their name. @throws ApiError */
  async put(key: string, raw: Uint8Array): Promise<void> {
    await this.#upload(`${MAILS}/${key}`, raw, "message/rfc822");
  }

  /** The bytes of a mail. @throws ApiError, MissingError */
  async get(key: string): Promise<Uint8Array> {
    const answer = await this.#ask("GET", `authenticated/${MAILS}/${key}`);
    if (!answer.ok) {
      const body = { code: "storage", message: `Storage answered ${answer.status}` };
      const isMissing = answer.status === 404 || /not_?found/i.test(await answer.text());
      throw isMissing ? new MissingError(503, body) : new ApiError(503, body);
    }
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Delete mails. @throws ApiError */
  async delete(keys: string[]): Promise<void> {
    const body = new TextEncoder().encode(JSON.stringify({ prefixes: keys }));
    const answer = await this.#ask("DELETE", MAILS, body, { "content-type": "application/json" });
    await answer.body?.cancel();
    if (!answer.ok) throw new ApiError(503, { code: "storage", message: `Storage answered ${answer.status}` });
  }

  /** Keep a file of a ticket. @throws ApiError */
  async putFile(key: string, content: Uint8Array, type: string): Promise<void> {
    await this.#upload(`${FILES}/${key}`, content, type);
  }

  async #upload(path: string, content: Uint8Array, type: string): Promise<void> {
    const answer = await this.#ask("POST", path, content, { "content-type": type, "x-upsert": "false" });
    const text = await answer.text();
    if (answer.ok || answer.status === 409 || /Duplicate|already exists/i.test(text)) return;
    throw new ApiError(503, { code: "storage", message: `Storage answered ${answer.status}` });
  }

  async #ask(method: string, path: string, body?: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
    try {
      return await this.send(`${this.url}/storage/v1/object/${path}`, {
        method,
        headers: { ...this.api.system, ...idHeader(), ...headers },
        body: body as Uint8Array<ArrayBuffer> | undefined,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new ApiError(503, { code: "unreachable", message: `Storage: ${(error as Error).name}` });
    }
  }
}
