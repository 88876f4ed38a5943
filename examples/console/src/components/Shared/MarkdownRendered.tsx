import { ImageOff } from "lucide-react";
import { Children, createContext, type ReactNode, useContext, useState } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { useTranslations } from "use-intl";

type Props = { text: string; linksTo?: readonly string[] };

/** The only addresses that become links; all of them without it. */
const LinksTo = createContext<readonly string[] | undefined>(undefined);

// Made once: other functions would be other components, and React would draw the text anew and lose a selection.
const COMPONENTS: Components = {
  a: ({ href, children }) => <CheckedLink href={href}>{children}</CheckedLink>,
  img: ({ src, alt }) => <RemoteImage src={typeof src === "string" ? src : ""} alt={alt ?? ""} />,
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

/** Markdown as React elements: raw HTML is dropped, addresses with scripts are removed, images wait for a click. */
export default function MarkdownRendered({ text, linksTo }: Props) {
  return (
    <LinksTo value={linksTo}>
      <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} components={COMPONENTS}>
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

/** The address in a text, when the text looks like one. */
function shownHost(children: ReactNode): string | null {
  const text = Children.toArray(children).filter((child) => typeof child === "string").join("").trim();
  const candidate = /^(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?:[/:?#]|$)/u.exec(text);
  return candidate?.[1]?.toLowerCase() ?? null;
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
  const shown = shownHost(children);
  const isOther = shown !== null && host !== "" && shown !== host && `www.${shown}` !== host && shown !== `www.${host}`;
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc" className="text-accent underline">
        {children}
      </a>
      {isOther && <span className="text-danger" dir="ltr">{` [${host}]`}</span>}
    </>
  );
}

/** A remote image tells its server who reads the message: it is loaded after a click only. */
function RemoteImage({ src, alt }: { src: string; alt: string }) {
  const t = useTranslations("shared");
  const [isShown, setShown] = useState(false);
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
