/** The files of a mail: names that are only names, types by their first bytes, and which of them the HTML shows. */

import { decodeWords, latin1 } from "./mail_charset.ts";
import { fileNameOf } from "./mail_body.ts";
import { isEncrypted } from "./mail_smime.ts";
import type { Part } from "./mail_tree.ts";

/** A file as `ingest_email()` takes it; the bytes stay in the raw mail. */
export interface MailFile {
  /** Its number from 1, in the order of the mail. */
  part: string;
  name: string;
  type: string;
  declared_type: string;
  /** In bytes. */
  size: number;
  sha256: string;
  content_id: string | null;
  is_inline: boolean;
  flags: string[];
}

const NAME_BYTES_MAX = 150;
const EXECUTABLE =
  /\.(ade|adp|apk|app|bat|chm|cmd|com|cpl|dll|dmg|exe|gadget|hta|ins|iso|isp|jar|jse?|lib|lnk|mde|msc|msi|msp|mst|pif|ps1|reg|scf|scr|sct|shb?|sys|url|vb|vbe|vbs|vhd|vxd|wsc|wsf|wsh)$/i;
/** Names of types that programs write, and those that are registered. */
const ALIASES: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/x-png": "image/png",
  "application/x-pdf": "application/pdf",
  "application/x-zip-compressed": "application/zip",
  "application/x-zip": "application/zip",
  "application/x-pkcs7-signature": "application/pkcs7-signature",
  "application/x-pkcs7-mime": "application/pkcs7-mime",
  "application/vnd.ms-tnef": "application/ms-tnef",
  "text/x-markdown": "text/markdown",
  "text/comma-separated-values": "text/csv",
};
const SIGNATURES: [string, string][] = [
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["%PDF-", "application/pdf"],
  ["\x78\x9f\x3e\x22", "application/ms-tnef"],
];
const ZIP = "PK\x03\x04";
const PROGRAMS = ["MZ", "\x7fELF", "#!", "\xca\xfe\xba\xbe", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe"];
const UNSAID = new Set(["", "application/octet-stream", "application/x-download", "application/force-download"]);
const OFFICE = "application/vnd.openxmlformats-officedocument";
const OPEN = "application/vnd.oasis.opendocument";
/** The types that the desk takes, by the ends of their names. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  heic: "image/heic",
  tif: "image/tiff",
  tiff: "image/tiff",
  pdf: "application/pdf",
  txt: "text/plain",
  log: "text/plain",
  text: "text/plain",
  csv: "text/csv",
  md: "text/markdown",
  markdown: "text/markdown",
  json: "application/json",
  zip: "application/zip",
  gz: "application/gzip",
  tgz: "application/gzip",
  docx: `${OFFICE}.wordprocessingml.document`,
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  pptx: `${OFFICE}.presentationml.presentation`,
  odt: `${OPEN}.text`,
  ods: `${OPEN}.spreadsheet`,
  odp: `${OPEN}.presentation`,
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mp3: "audio/mpeg",
};

/**
 * The files of these parts.
 *
 * @param sources what the images of the HTML name
 * @param encrypted the parts of an encrypted mail
 */
export async function filesOf(parts: Part[], sources: Set<string>, encrypted: Set<Part>): Promise<MailFile[]> {
  const shown = new Set<string>();
  for (const source of sources) {
    shown.add(source.toLowerCase().startsWith("cid:") ? percentDecoded(source.slice(4)) : source);
  }
  const files: MailFile[] = [];
  for (const [index, part] of parts.entries()) {
    const declared = part.type === "" ? "application/octet-stream" : part.type.slice(0, 200);
    const given = cleanName(fileNameOf(part), "");
    const type = typeOf(part.bytes, given, declared);
    const name = given || `attachment-${index + 1}${endOf(type)}`;
    const contentId = part.contentId?.replaceAll(/[<>\s]/g, "").replaceAll("\0", "").slice(0, 500).toWellFormed() ||
      null;
    files.push({
      part: String(index + 1),
      name,
      type,
      declared_type: declared.replaceAll("\0", "\ufffd").toWellFormed(),
      size: part.bytes.length,
      sha256: await sha256(part.bytes),
      content_id: contentId,
      // Shown in the HTML: by its id, or by its name, as old programs write it. Otherwise it is attached, whatever it says.
      is_inline: (contentId !== null && shown.has(percentDecoded(contentId))) || shown.has(name),
      flags: flagsOf(part, name, type, encrypted.has(part)),
    });
  }
  return files;
}

function flagsOf(part: Part, name: string, type: string, isWithin: boolean): string[] {
  const flags: string[] = [];
  const start = latin1(part.bytes.subarray(0, 32));
  if (EXECUTABLE.test(name) || PROGRAMS.some((one) => start.startsWith(one))) flags.push("executable");
  const isLocked = start.startsWith(ZIP) && (part.bytes[6] ?? 0) % 2 === 1;
  const isSecret = type === "application/pgp-encrypted" || start.startsWith("-----BEGIN PGP MESSAGE-----");
  if (isWithin || isLocked || isSecret || isEncrypted(part)) flags.push("encrypted");
  if (type === "application/ms-tnef") flags.push("tnef");
  if (/^application\/(pkcs7|pgp)-signature$/.test(type)) flags.push("smime_signature");
  if (type === "message/rfc822") flags.push("eml");
  if (type === "text/calendar") flags.push("calendar");
  return flags;
}

/** What the first bytes say, else what the mail declares, else what the end of the name says. */
function typeOf(bytes: Uint8Array, name: string, declared: string): string {
  const start = latin1(bytes.subarray(0, 16));
  const found = SIGNATURES.find(([signature]) => start.startsWith(signature))?.[1];
  if (found !== undefined) return found;
  if (start.startsWith("RIFF") && start.slice(8, 12) === "WEBP") return "image/webp";
  const type = ALIASES[declared] ?? declared;
  const isArchive = type === "application/zip" && start.startsWith(ZIP);
  if (!UNSAID.has(type) && !isArchive) return type;
  return EXTENSIONS[/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""] ?? type;
}

/** The end of a name for a type. */
function endOf(type: string): string {
  if (type === "message/rfc822") return ".eml";
  const end = Object.entries(EXTENSIONS).find(([, one]) => one === type)?.[0];
  return end === undefined ? "" : `.${end}`;
}

/** The last part of a path, without what turns or ends a line, never empty. */
export function cleanName(name: string | null, otherwise: string): string {
  const decoded = name === null ? "" : decodeWords(name).text;
  // deno-lint-ignore no-control-regex
  const plain = decoded.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "")
    .normalize("NFC");
  const last = plain.split(/[/\\]/).at(-1)!.replaceAll(/\s+/g, " ").trim().replace(/^\.+/, "").toWellFormed();
  if (last === "") return otherwise;
  const encoder = new TextEncoder();
  if (encoder.encode(last).length <= NAME_BYTES_MAX) return last;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(last)?.[0] ?? "";
  let stem = last.slice(0, last.length - extension.length);
  while (encoder.encode(stem + extension).length > NAME_BYTES_MAX) stem = [...stem].slice(0, -1).join("");
  return stem + extension;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export async function sha256(content: Uint8Array | string): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
