/** Resend: the webhook has the id of the mail alone; the mail is fetched, raw where Resend has it so. */

import { type Call, jsonIn, list, needed, type Report, rows, text } from "./adapters.ts";
import { ApiError } from "../_helpdesk/api.ts";
import { composed } from "./compose.ts";
import { resendReports } from "./delivery_reports.ts";
import type { Incoming } from "./receiving.ts";
import { verifyStandard } from "./signatures.ts";

const API = "https://api.resend.com";
const TIMEOUT_MS = 20_000;
const FILES_MAX = 50;

export async function fromResend(call: Call): Promise<Incoming | Report[]> {
  await verifyStandard(call.headers, call.body, list(needed(call, "HELPDESK_EMAIL_RESEND")), "svix", call.now);
  const { type, data } = jsonIn(call.body);
  const [about] = rows([data]);
  const id = text(about?.email_id);
  if (type !== "email.received" || id === null) return resendReports(type, about ?? {});
  const key = needed(call, "RESEND_API_KEY");
  const mail = jsonIn(await fetched(call, `${API}/emails/receiving/${encodeURIComponent(id)}`, key));
  const [raw] = rows([mail.raw]);
  const url = text(raw?.download_url);
  const to = (Array.isArray(mail.to) ? mail.to : [mail.to]).map(text).filter((one) => one !== null);
  const bytes = url === null ? await fromFields(call, mail) : await fetched(call, url, null);
  return { raw: bytes, envelope: { from: null, to }, source: "resend" };
}

async function fetched(call: Call, url: string, key: string | null): Promise<Uint8Array> {
  const problem = (message: string) => new ApiError(503, { code: "resend", message });
  if (!url.startsWith("https://")) throw problem("Resend names an address without TLS");
  let answer: Response;
  try {
    const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
    answer = await call.fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw problem(`Resend: ${(error as Error).name}`);
  }
  if (!answer.ok) throw problem(`Resend answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function fromFields(call: Call, mail: Record<string, unknown>): Promise<Uint8Array> {
  const [given] = rows([mail.headers]);
  const headers = Object.entries(given ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  const has = (name: string) => headers.some(([one]) => one.toLowerCase() === name);
  for (const name of ["From", "Subject", "Message-ID"]) {
    const value = text(mail[name.toLowerCase().replace("-", "_")]);
    if (value !== null && !has(name.toLowerCase())) headers.push([name, value]);
  }
  for (const name of ["To", "Cc", "Reply-To"]) {
    const value = mail[name.toLowerCase().replace("-", "_")];
    if (Array.isArray(value) && value.length > 0 && !has(name.toLowerCase())) headers.push([name, value.join(", ")]);
  }
  const files = [];
  for (const file of rows(mail.attachments).slice(0, FILES_MAX)) {
    const url = text(file.download_url);
    files.push({
      name: text(file.filename) ?? "",
      type: text(file.content_type) ?? "",
      contentId: text(file.content_id),
      content: url === null ? new Uint8Array() : await fetched(call, url, null),
    });
  }
  return composed({ headers, text: text(mail.text), html: text(mail.html), files });
}
