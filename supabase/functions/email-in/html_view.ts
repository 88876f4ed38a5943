/**
 * `GET /functions/v1/email-in/html?message=<id>`: the HTML of the mail behind a message, cleaned, as a document of its
 * own that runs and loads nothing. `ticket=` names the mail that opened a ticket, `email=` any mail that staff may see.
 * With `images=1` the document loads pictures from the sender's servers. Who asks is who may read: the database
 * decides, with the caller's own token.
 */

import { type Api, ApiError } from "../_helpdesk/api.ts";
import { invalid, json, refusal } from "../_helpdesk/http.ts";
import { type Cleaned, cleanHtml } from "./html_cleaning.ts";
import { type MailFile } from "./mail_files.ts";
import { parseMail } from "./mail_parser.ts";
import type { Part } from "./mail_tree.ts";
import { PARSED_BYTES_MAX } from "./receiving.ts";
import { MissingError, type Storage } from "./storage.ts";

/** The mail, as `original_email()` names it. */
interface Original {
  inbound_id: string;
  raw_key: string;
  size: number;
  has_html: boolean | null;
  /** Parts whose files may be downloaded. */
  shown: string[];
  /** Of a mail that is too large to be read here, what the database keeps. */
  html: string | null;
}

export interface View {
  inbound_id: string;
  /** A whole document; null: the mail has no HTML, or it is too large and was not parsed yet. */
  html: string | null;
  has_html: boolean | null;
  remote_images: number;
  shows_remote_images: boolean;
  inline_images: number;
  missing_images: number;
  is_cut: boolean;
}

const NAMES: Readonly<Record<string, string>> = { message: "message_id", ticket: "ticket_id", email: "inbound_id" };
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
/** Of one picture, and of all pictures of a mail. */
const PICTURE_BYTES_MAX = 2 * 1024 * 1024;
const PICTURES_BYTES_MAX = 6 * 1024 * 1024;

/** Whether a request asks for HTML, which is no mail that came. */
export function asksForHtml(request: Request): boolean {
  return request.method === "GET" && new URL(request.url).pathname.split("/")[2] === "html";
}

export async function viewHtml(project: { api: Api; storage: Storage }, request: Request): Promise<Response> {
  try {
    const view = await viewOf(project, request);
    const response = json(view);
    response.headers.set("cache-control", "no-store");
    return response;
  } catch (error) {
    return refusal(error);
  }
}

async function viewOf({ api, storage }: { api: Api; storage: Storage }, request: Request): Promise<View> {
  if (!/^Bearer \S+$/.test(request.headers.get("authorization") ?? "")) {
    throw new ApiError(401, { code: "no_token", message: "Send the access token of whoever reads the mail" });
  }
  const { args, withRemoteImages } = wishesIn(new URL(request.url).searchParams);
  const original = await api.rpc<Original>(api.callerOf(request), "original_email", args);
  const { inbound_id, size, has_html } = original;
  const base = { inbound_id, has_html, shows_remote_images: withRemoteImages };
  let [html, isShortened] = [original.html, false];
  let picture: (source: string) => string | null = () => null;
  if (has_html !== false && size <= PARSED_BYTES_MAX) {
    const { mail, files } = await parseMail(await rawOf(storage, original.raw_key));
    html = mail.html;
    base.has_html = html !== null;
    isShortened = mail.flags.includes("html_shortened");
    picture = picturesOf(mail.attachments, files, new Set(original.shown));
  }
  if (html === null) {
    return { ...base, html, remote_images: 0, inline_images: 0, missing_images: 0, is_cut: false };
  }
  const cleaned = cleanHtml(html, { picture, withRemoteImages });
  cleaned.isCut ||= isShortened;
  return { ...base, ...counted(cleaned), html: documentOf(cleaned.html, withRemoteImages) };
}

/** Which mail, and how. @throws ApiError */
function wishesIn(given: URLSearchParams): { args: Record<string, string>; withRemoteImages: boolean } {
  const named = Object.keys(NAMES).filter((name) => given.has(name));
  const [name] = named;
  if (name === undefined || named.length > 1) throw invalid("name one of message, ticket and email");
  const id = given.get(name)!;
  if (!UUID.test(id)) throw invalid(`${name} must be a UUID`);
  const images = given.get("images") ?? "0";
  if (images !== "0" && images !== "1") throw invalid("images must be 0 or 1");
  return { args: { [NAMES[name]!]: id }, withRemoteImages: images === "1" };
}

/** @throws ApiError 410 when the bytes were deleted meanwhile */
async function rawOf(storage: Storage, key: string): Promise<Uint8Array> {
  try {
    return await storage.get(key);
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    const message = "The mail is not kept any more.";
    throw new ApiError(410, { code: "PT410", details: "helpdesk.email_removed", hint: null, message });
  }
}

/** Finds a picture of the mail by its id, or by its name, as old programs write it: none before its check has ended. */
function picturesOf(files: MailFile[], parts: Part[], shown: Set<string>): (source: string) => string | null {
  const places = new Map<string, number>();
  for (const [place, { part, type, size, name, content_id }] of files.entries()) {
    if (!shown.has(part) || !PICTURES.has(type) || size === 0 || size > PICTURE_BYTES_MAX) continue;
    if (!places.has(name)) places.set(name, place);
    if (content_id !== null) places.set(`cid:${decoded(content_id)}`, place);
  }
  let left = PICTURES_BYTES_MAX;
  return (source) => {
    const place = places.get(/^cid:/i.test(source) ? `cid:${decoded(source.slice(4))}` : source);
    if (place === undefined) return null;
    const { bytes } = parts[place]!;
    // Each time anew: a small picture that is named often must not become a large answer.
    if ((left -= bytes.length) < 0) return null;
    return `data:${files[place]!.type};base64,${bytes.toBase64()}`;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function counted({ remoteImages, inlineImages, missingImages, isCut }: Cleaned) {
  return { remote_images: remoteImages, inline_images: inlineImages, missing_images: missingImages, is_cut: isCut };
}

/** A document that forbids by itself what the cleaning has removed. */
export function documentOf(body: string, withRemoteImages: boolean): string {
  const images = withRemoteImages ? "data: https: http:" : "data:";
  const policy =
    `default-src 'none'; style-src 'unsafe-inline'; img-src ${images}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>E-mail</title>
<style>body { margin: 8px; background: #fff; color: #000; font: 14px/1.4 sans-serif; overflow-wrap: anywhere } img { max-width: 100% }</style>
</head>
<body>
${body}
</body>
</html>
`;
}
