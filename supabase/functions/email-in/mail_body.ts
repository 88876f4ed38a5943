/** The text of a mail and its files, out of its parts. */

import { decodeText } from "./mail_charset.ts";
import { htmlToText } from "./mail_html.ts";
import { trimmedFrom } from "./mail_quotes.ts";
import { signedContent } from "./mail_smime.ts";
import { type Part, readTree } from "./mail_tree.ts";

export interface Body {
  text: string;
  html: string | null;
  /** In UTF-16 units of the text. */
  trimmedFrom: number | null;
  /** What the images of the HTML name. */
  sources: Set<string>;
  isRepaired: boolean;
  flags: string[];
}

interface Piece {
  plain: string | null;
  html: string | null;
}

export interface Collected {
  pieces: Piece[];
  files: Part[];
  /** The files of an encrypted mail. */
  encrypted: Set<Part>;
  flags: string[];
  isRepaired: boolean;
}

/** A text of so few visible characters may be a stub beside the real text in HTML. */
const STUB_MAX = 20;
const NOTICE_MAX = 400;
const NOTICE =
  /\b(html)\b.{0,200}\b(view|display|read|support|client|program|anzeigen|darstell|unterstütz|lire|afficher|ver|visualiz)|\b(view|display|read|support|anzeigen|afficher)\w*\b.{0,200}\bhtml\b/is;

/** Sort the leaves: texts that are read, and files. */
export async function collect(root: Part): Promise<Collected> {
  const found: Collected = { pieces: [], files: [], encrypted: new Set(), flags: [], isRepaired: false };
  await visit(root, found, null, 0);
  return found;
}

async function visit(part: Part, found: Collected, alternative: Piece | null, depth: number): Promise<void> {
  const opened = depth < 3 ? signedContent(part) : null;
  if (opened !== null) {
    return await visit((await readTree(opened)).root, found, alternative, depth + 1);
  }
  if (part.parts.length === 0) return leaf(part, found, alternative);
  if (part.type === "multipart/encrypted") {
    found.flags.push("encrypted");
    for (const child of part.parts.filter(({ parts }) => parts.length === 0)) {
      found.files.push(child);
      found.encrypted.add(child);
    }
    return;
  }
  let inner = alternative;
  if (part.type === "multipart/alternative" && inner === null) {
    inner = { plain: null, html: null };
    found.pieces.push(inner);
  }
  for (const child of part.parts) await visit(child, found, inner, depth);
}

function leaf(part: Part, found: Collected, alternative: Piece | null): void {
  const isText = part.type === "text/plain" || part.type === "text/html" || part.type === "";
  const isFile = part.disposition === "attachment" || fileNameOf(part) !== null;
  if (!isText || isFile) {
    if (part.type.startsWith("multipart/") && part.bytes.length === 0) return;
    found.files.push(part);
    return;
  }
  const { text: read, isRepaired } = decodeText(part.bytes, part.params.charset);
  const isFlowed = part.params.format?.toLowerCase() === "flowed";
  const text = isFlowed ? unflowed(read, part.params.delsp?.toLowerCase() === "yes") : read;
  found.isRepaired ||= isRepaired;
  const kind = part.type === "text/html" ? "html" : "plain";
  if (alternative === null) {
    if (/\S/.test(text)) found.pieces.push({ plain: null, html: null, [kind]: text });
  } else {
    // Several parts of one kind within an alternative follow one another.
    alternative[kind] = alternative[kind] === null ? text : `${alternative[kind]}\n${text}`;
  }
}

/** What a part calls its file; null if it has no name. */
export function fileNameOf(part: Part): string | null {
  return part.dispositionParams.filename || part.params.name || null;
}

/** The text that people and models read, and where its quote begins. */
export function bodyOf({ pieces, flags, isRepaired }: Collected): Body {
  const htmls = pieces.map(({ html }) => html).filter((html) => html !== null);
  const made: Body = {
    text: "",
    html: htmls.length === 0 ? null : pieces.map(shownHtml).filter((html) => html !== "").join("\n"),
    trimmedFrom: null,
    sources: new Set(),
    isRepaired,
    flags: [...flags],
  };
  const plain = tidy(pieces.map((piece) => piece.plain ?? "").join("\n"));
  const isWhole = pieces.every((piece) => piece.plain !== null);
  const read = pieces.map(({ html }) => (html === null ? null : htmlToText(html)));
  if (read.some((one) => one?.isCut)) made.flags.push("html_shortened");
  for (const one of read) for (const source of one?.sources ?? []) made.sources.add(source);
  const fromHtml = pieces.map((piece, index) => read[index]?.text ?? piece.plain ?? "").join("\n\n");
  if (htmls.length === 0 || (isWhole && !isStub(plain, fromHtml))) {
    made.text = plain;
    made.trimmedFrom = trimmedFrom(plain);
    return made;
  }
  const lead = fromHtml.length - fromHtml.trimStart().length;
  made.text = fromHtml.trim();
  // The marks of the first piece count: what follows it would be text below.
  const [first] = read;
  const isOne = read.slice(1).every((one, index) => one === null && !/\S/.test(pieces[index + 1]!.plain ?? ""));
  const hasBelow = first?.hasTextBelow === true || (!isOne && first?.quoteAt !== null && first?.quoteAt !== undefined);
  if (!hasBelow) made.trimmedFrom = trimmedFrom(made.text, first?.quoteAt == null ? null : first.quoteAt - lead);
  return made;
}

/** A piece as HTML; a text beside HTML stands between it as it is. */
function shownHtml({ html, plain }: Piece): string {
  if (html !== null) return html;
  const escaped = (plain ?? "").trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped === "" ? "" : `<pre>${escaped}</pre>`;
}

/** Whether a text only says that the mail is in HTML, or has next to nothing of it. */
function isStub(plain: string, fromHtml: string): boolean {
  const visible = plain.replaceAll(/\s+/g, "").length;
  const visibleHtml = fromHtml.replaceAll(/\s+/g, "").length;
  if (visibleHtml === 0) return false;
  return visible <= STUB_MAX || (visible <= NOTICE_MAX && NOTICE.test(plain));
}

/** A plain text without empty lines around it. */
function tidy(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();
}

/** A text whose lines may be joined again (RFC 3676), with a line for each paragraph. */
function unflowed(text: string, delsp: boolean): string {
  const lines: string[] = [];
  let [isOpen, level, paragraph] = [false, 0, ""];
  for (const line of text.split("\n")) {
    const depth = /^>*/.exec(line)![0].length;
    const content = line.slice(depth).replace(/^ /, "");
    const isSoft = content.endsWith(" ") && content !== "-- ";
    const kept = isSoft && delsp ? content.slice(0, -1) : content;
    if (isOpen && depth === level && content !== "-- ") {
      paragraph += kept;
    } else {
      lines.push(paragraph);
      paragraph = (depth > 0 ? `${">".repeat(depth)} ` : "") + kept;
    }
    [isOpen, level] = [isSoft, depth];
  }
  lines.push(paragraph);
  return lines.slice(1).join("\n");
}
