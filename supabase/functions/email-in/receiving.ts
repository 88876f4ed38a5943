/**
 * What becomes of a mail's bytes: they are kept, the database has a row of them, and only then the sender is answered;
 * parsing follows. A mail that cannot be kept is answered with 503, so that the sender tries again.
 */

import { type Api, ApiError } from "../_helpdesk/api.ts";
import { warn } from "../_helpdesk/request_log.ts";
import { sha256 } from "./mail_files.ts";
import { parseMail, type Verdict } from "./mail_parser.ts";
import { placeFiles } from "./placing.ts";
import type { Storage } from "./storage.ts";

export interface Envelope {
  from: string | null;
  to: string[];
}

/** A mail as an adapter hands it over. */
export interface Incoming {
  raw: Uint8Array;
  envelope: Envelope;
  source: string;
  verdict?: Verdict;
}

/** What the function parses by itself; a larger mail is left to a worker. */
export const PARSED_BYTES_MAX = 10 * 1024 * 1024;
/** What the bucket takes. */
export const KEPT_BYTES_MAX = 40 * 1024 * 1024;
const ADDRESSES_MAX = 200;
const ADDRESS_MAX = 320;

export interface Received {
  inbound_id: string;
  is_new: boolean;
  /** Whether a worker does the rest. */
  is_large: boolean;
}

interface Project {
  api: Api;
  storage: Storage;
}

/** Keep a mail, and make its row. @throws ApiError when it could not be kept */
export async function receive({ api, storage }: Project, mail: Incoming): Promise<Received> {
  if (mail.raw.length > KEPT_BYTES_MAX) {
    throw new ApiError(413, { code: "too_large", message: `A mail has at most ${KEPT_BYTES_MAX} bytes` });
  }
  const hash = await sha256(mail.raw);
  const key = `emails/${hash}.eml`;
  await storage.put(key, mail.raw);
  const envelope = { ...cleanEnvelope(mail.envelope), ...(mail.verdict ? { verdict: mail.verdict } : {}) };
  const { inbound_id, is_new } = await api.rpc<{ inbound_id: string; is_new: boolean }>(api.system, "receive_email", {
    source: mail.source,
    raw_sha256: hash,
    size: mail.raw.length,
    envelope,
    raw_key: key,
  });
  return { inbound_id, is_new, is_large: mail.raw.length > PARSED_BYTES_MAX };
}

/** Addresses of the envelope, each once, without what no address has. */
export function cleanEnvelope({ from, to }: Envelope): Envelope {
  const plain = (text: string) =>
    // deno-lint-ignore no-control-regex
    text.replaceAll(/[\u0000-\u001f\u007f<>]/g, "").trim().slice(0, ADDRESS_MAX).toWellFormed();
  const recipients = new Set(to.map(plain).filter((address) => address !== ""));
  return { from: from === null ? null : plain(from), to: [...recipients].slice(0, ADDRESSES_MAX) };
}

/** Parse a mail that has its row, and have it decided on. A failure leaves the row to the sweep. */
export async function ingest(project: Project, inbound_id: string, mail: Incoming): Promise<string | null> {
  const { api } = project;
  try {
    const { mail: parsed, files } = await parseMail(mail.raw, cleanEnvelope(mail.envelope).to, mail.verdict);
    const decided = await api.rpc<{ outcome: string | null }>(api.system, "ingest_email", { inbound_id, mail: parsed });
    await placeFiles(project, inbound_id, parsed, files);
    return decided.outcome;
  } catch (error) {
    warn(`a mail was not parsed: ${error instanceof ApiError ? error.status : (error as Error).name}`, { inbound_id });
    return null;
  }
}

interface Waiting {
  inbound_id: string;
  raw_key: string;
  size: number;
  outcome: string | null;
  attempts: number;
  envelope: Partial<Envelope> & { verdict?: Verdict };
}

const BATCH = 10;
const LEASE_SECONDS = 300;
const DELETED_MAX = 100;

export interface Swept {
  done: number;
  failed: number;
  large: number;
  /** Bytes of mails that were deleted: a message of theirs was redacted. */
  deleted: number;
}

/** Do what is left of mails that came: after a crash, or while the database was away. @throws ApiError */
export async function sweep(project: Project, isOver: () => boolean): Promise<Swept> {
  const { api, storage } = project;
  const counts: Swept = { done: 0, failed: 0, large: 0, deleted: await deleteRedacted(project) };
  const args = { max_rows: BATCH, lease_seconds: LEASE_SECONDS };
  for (const waiting of await api.rpc<Waiting[]>(api.system, "lease_emails", args)) {
    const { inbound_id, raw_key, size, envelope } = waiting;
    if (size > PARSED_BYTES_MAX || isOver()) {
      counts.large++;
      continue;
    }
    try {
      const raw = await storage.get(raw_key);
      const mail = { raw, source: "sweep", envelope: { from: envelope.from ?? null, to: envelope.to ?? [] } };
      const outcome = await ingest(project, inbound_id, {
        ...mail,
        ...(envelope.verdict ? { verdict: envelope.verdict } : {}),
      });
      if (outcome === null) throw new Error("it was not decided on");
      counts.done++;
    } catch (error) {
      counts.failed++;
      const problem = (error as Error).message.slice(0, 200);
      await api.rpc(api.system, "postpone_email", { inbound_id, problem });
    }
  }
  return counts;
}

/** Delete the bytes of mails whose message was redacted. @throws ApiError */
async function deleteRedacted({ api, storage }: Project): Promise<number> {
  const raw_keys = await api.rpc<string[]>(api.system, "raw_emails_to_delete", { max_rows: DELETED_MAX });
  if (raw_keys.length === 0) return 0;
  await storage.delete(raw_keys);
  await api.rpc(api.system, "raw_emails_deleted", { raw_keys });
  return raw_keys.length;
}
