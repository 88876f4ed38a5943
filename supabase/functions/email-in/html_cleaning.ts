/** The HTML of a mail as it may be shown: an allowlist of elements, attributes, styles and addresses. */

import "../_helpdesk/empty_environment.ts";
import sanitize from "sanitize-html";
import { bounded, VIEW_DEPTH_MAX } from "./html_bounds.ts";
import { cleanStyle } from "./html_styles.ts";

export interface Wishes {
  /** The `data:` URL of a picture within the mail, by what the HTML names; null when there is none to show. */
  picture: (source: string) => string | null;
  /** Whether pictures on the sender's servers are loaded, which tells the sender that the mail was read. */
  withRemoteImages: boolean;
}

export interface Cleaned {
  html: string;
  /** Pictures on the sender's servers, shown or not. */
  remoteImages: number;
  /** Pictures within the mail that are shown. */
  inlineImages: number;
  /** Pictures within the mail that are not shown: they are missing, too large, or no picture. */
  missingImages: number;
  /** Whether the HTML was too long or too deep to be shown whole. */
  isCut: boolean;
}

type Attributes = Record<string, string>;

const words = (text: string) => text.split(" ");
const TAGS = words(
  "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em " +
    "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section " +
    "small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr",
);
/** Elements that go with everything in them. */
const WITH_CONTENT = words(
  "script style title template textarea select option datalist object embed applet svg math iframe frame frameset noembed " +
    "noframes noscript audio video canvas xmp plaintext listing",
);
const ATTRIBUTES = {
  "*": words("align bgcolor dir height lang style title valign width"),
  a: words("href rel target"),
  blockquote: words("type"),
  col: words("span"),
  colgroup: words("span"),
  font: words("color face size"),
  img: words("alt border src"),
  ol: words("start type"),
  li: words("value"),
  table: words("border cellpadding cellspacing"),
  td: words("colspan nowrap rowspan"),
  th: words("colspan nowrap rowspan scope"),
  time: words("datetime"),
  ul: words("type"),
};
const LINK = /^(?:https?:\/\/|mailto:|tel:)/i;
const DATA = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/;
const DATA_MAX = 200_000;

export function cleanHtml(html: string, { picture, withRemoteImages }: Wishes): Cleaned {
  const within = bounded(html);
  const counts = { remoteImages: 0, inlineImages: 0, missingImages: 0 };
  const sourceOf = (given: string): string | null => {
    // deno-lint-ignore no-control-regex
    const source = given.replaceAll(/[\u0000-\u0020\u007f-\u009f]/g, "");
    if (source === "") return null;
    if (/^(?:https?:)?\/\//i.test(source)) {
      counts.remoteImages++;
      return withRemoteImages ? (source.startsWith("//") ? `https:${source}` : source) : null;
    }
    const found = DATA.test(source.slice(0, DATA_MAX + 1)) && source.length <= DATA_MAX
      ? source
      : picture(given.trim());
    counts[found === null ? "missingImages" : "inlineImages"]++;
    return found;
  };
  const cleaned = sanitize(within.html, {
    allowedTags: TAGS,
    nonTextTags: WITH_CONTENT,
    allowedAttributes: ATTRIBUTES,
    allowedSchemes: ["http", "https", "mailto", "tel"],
    allowedSchemesByTag: { img: ["data", "http", "https"] },
    allowedSchemesAppliedToAttributes: ["href", "src"],
    allowProtocolRelative: false,
    parseStyleAttributes: false,
    nestingLimit: VIEW_DEPTH_MAX,
    transformTags: {
      a: (tagName: string, { href = "", rel: _rel, target: _target, ...others }: Attributes) => {
        const leads = LINK.test(href.trim());
        const attribs = leads ? { ...others, href: href.trim(), target: "_blank", rel: "noopener noreferrer" } : others;
        return { tagName, attribs };
      },
      img: (tagName: string, { src, ...others }: Attributes) => {
        const source = src === undefined ? null : sourceOf(src);
        return { tagName, attribs: source === null ? others : { ...others, src: source } };
      },
      // Its color is the page's.
      body: "div",
      "*": (tagName: string, { style, ...others }: Attributes) => {
        const kept = style === undefined ? "" : cleanStyle(style);
        return { tagName, attribs: kept === "" ? others : { ...others, style: kept } };
      },
    },
  });
  // Without characters that a terminal obeys, also those that were written as references. A return alone hides a line.
  const printable = cleaned.replaceAll(/\r\n?/g, "\n")
    // deno-lint-ignore no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
  return { html: printable, ...counts, isCut: within.isCut };
}
