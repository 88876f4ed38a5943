import { ImageOff } from "lucide-react";
import { createContext, isValidElement, type ReactNode, useContext, useState } from "react";
import ReactMarkdown, { type Components, defaultUrlTransform } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { useTranslations } from "use-intl";
import { namesOtherHost } from "../../lib/links.ts";
import { nameOfFile } from "../../lib/inlineFiles.ts";
import { readPreferences } from "../../lib/preferences.ts";
import { Pictures } from "./pictures.ts";

type Props = { text: string; linksTo?: readonly string[]; isArticle: boolean };

/** The only addresses that become links; all of them without it. */
const LinksTo = createContext<readonly string[] | undefined>(undefined);

// Made once: other functions would be other components, and React would draw the text anew and lose a selection.
const COMPONENTS: Components = {
  a: ({ href, children }) => <CheckedLink href={href}>{children}</CheckedLink>,
  img: ({ src, alt }) => <Image src={typeof src === "string" ? src : ""} alt={alt ?? ""} />,
  h1: ({ children }) => <p className="mt-3 text-[1.15em] font-semibold">{children}</p>,
  h2: ({ children }) => <p className="mt-3 text-[1.1em] font-semibold">{children}</p>,
  h3: ({ children }) => <p className="mt-2 font-semibold">{children}</p>,
  p: ({ children }) => <p className="my-1.5 whitespace-pre-wrap first:mt-0 last:mb-0">{children}</p>,
  ul: ({ children }) => <ul className="my-1.5 list-disc ps-5">{children}</ul>,
  ol: ({ children, start }) => <ol start={start} className="my-1.5 list-decimal ps-5">{children}</ol>,
  blockquote: ({ children }) => (
    <blockquote className="my-1.5 border-s-2 border-line ps-3 text-muted">{children}</blockquote>
  ),
  code: ({ children }) => <code className="rounded bg-sunken px-1 font-mono text-[0.92em] break-words">{children}
  </code>,
  pre: ({ children }) => <pre className="my-1.5 overflow-x-auto rounded-md bg-sunken p-3 [&>code]:p-0">{children}</pre>,
  table: ({ children }) => (
    <div className="my-2 overflow-x-auto">
      <table className="border-collapse">{children}</table>
    </div>
  ),
  th: ({ children }) => <th className="border border-line px-2 py-1 text-start">{children}</th>,
  td: ({ children }) => <td className="border border-line px-2 py-1">{children}</td>,
  input: () => null,
};

/** Below the title of an article, which is the first heading of its page. */
const ARTICLE_COMPONENTS: Components = {
  ...COMPONENTS,
  h1: ({ children }) => <h2 className="mt-5 text-[1.25em] font-semibold">{children}</h2>,
  h2: ({ children }) => <h2 className="mt-5 text-[1.25em] font-semibold">{children}</h2>,
  h3: ({ children }) => <h3 className="mt-4 text-[1.1em] font-semibold">{children}</h3>,
  h4: ({ children }) => <h4 className="mt-3 font-semibold">{children}</h4>,
};

const { protocols } = defaultSchema;
/** An image may also be a file of the text: see pictures.ts. A link may not. */
const SCHEMA = { ...defaultSchema, protocols: { ...protocols, src: [...protocols?.src ?? [], "attachment"] } };
const addressOf = (url: string, key: string) =>
  key === "src" && nameOfFile(url) !== null ? url : defaultUrlTransform(url);

/** Markdown as React elements: raw HTML is dropped, addresses with scripts are removed, images wait for a click. */
export default function MarkdownRendered({ text, linksTo, isArticle }: Props) {
  return (
    <LinksTo value={linksTo}>
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[[rehypeSanitize, SCHEMA]]}
        urlTransform={addressOf}
        components={isArticle ? ARTICLE_COMPONENTS : COMPONENTS}
      >
        {text}
      </ReactMarkdown>
    </LinksTo>
  );
}

function CheckedLink({ href, children }: { href?: string; children: ReactNode }) {
  const linksTo = useContext(LinksTo);
  const isAllowed = !linksTo || (href !== undefined && linksTo.includes(href));
  return <SafeLink href={href} isAllowed={isAllowed}>{children}</SafeLink>;
}

/** The text of what is drawn, also inside of bold or code. */
function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}

function hostOf(href: string): string | null {
  try {
    return new URL(href).host;
  } catch {
    return null;
  }
}

/** A link that tells the page behind it nothing, and names the real host when its text shows another one. */
function SafeLink({ href, isAllowed, children }: { href?: string; isAllowed: boolean; children: ReactNode }) {
  const host = href && /^(https?:|mailto:)/i.test(href) ? hostOf(href) ?? "" : null;
  if (host === null || !isAllowed) return <span>{children}</span>;
  const isOther = host !== "" && namesOtherHost(textOf(children), host);
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc" className="text-accent underline">
        {children}
      </a>
      {isOther && <span className="text-danger" dir="ltr">{` [${host}]`}</span>}
    </>
  );
}

function Image({ src, alt }: { src: string; alt: string }) {
  const draw = useContext(Pictures);
  const name = nameOfFile(src);
  if (name === null) return <RemoteImage src={src} alt={alt} />;
  return draw?.(name) ?? <span className="text-muted" dir="auto">[{alt || name}]</span>;
}

/** A remote image tells its server who reads the message: it is loaded after a click, unless the person wants all. */
function RemoteImage({ src, alt }: { src: string; alt: string }) {
  const t = useTranslations("shared");
  const [isShown, setShown] = useState(() => readPreferences().loadsImages);
  const [isBroken, setBroken] = useState(false);
  const name = alt || hostOf(src) || t("image");
  if (!/^https?:/i.test(src)) return <span className="text-muted">[{name}]</span>;
  if (isShown && !isBroken) {
    return (
      <img
        src={src}
        alt={alt}
        referrerPolicy="no-referrer"
        loading="lazy"
        onError={() => setBroken(true)}
        className="max-h-96 max-w-full"
      />
    );
  }
  return (
    <span className="my-1 inline-flex items-center gap-2 rounded-md border border-line bg-sunken px-2 py-1 text-muted">
      <ImageOff aria-hidden size={16} />
      <span dir="auto">{isBroken ? t("imageBlocked", { name }) : t("imageOf", { name })}</span>
      {!isBroken && (
        <button
          type="button"
          className="font-medium text-accent hover:underline"
          onClick={() => setShown(true)}
        >
          {t("showImage")}
        </button>
      )}
    </span>
  );
}
