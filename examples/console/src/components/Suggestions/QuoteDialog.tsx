import { Link } from "@tanstack/react-router";
import { useLayoutEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useVersion } from "../../hooks/useArticles.ts";
import type { Citation } from "../../lib/models.ts";
import { markQuote } from "../../lib/proposals.ts";
import { findQuote } from "../../lib/quotes.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Dialog, Markdown, Time } from "../Shared/index.ts";

const HIGHLIGHT = "helpdesk-quote";

/** The article that a draft quotes, at the quoted sentence. */
export function QuoteDialog({ citation, onClose }: { citation: Citation | null; onClose(): void }) {
  const t = useTranslations("assistant");
  return (
    <Dialog
      isOpen={citation !== null}
      onClose={onClose}
      title={citation?.chunk?.title ?? t("quote")}
      isWide
      footer={citation?.chunk && (
        <Link
          to="/knowledge/$articleId"
          params={{ articleId: citation.chunk.article_id }}
          className="font-medium text-accent hover:underline"
        >
          {t("openArticle")}
        </Link>
      )}
    >
      {citation &&
        (citation.chunk ? <Quoted citation={citation} chunk={citation.chunk} /> : <Gone citation={citation} />)}
    </Dialog>
  );
}

/** The article is not the person's to read, or is gone: the quote stays. */
function Gone({ citation }: { citation: Citation }) {
  const t = useTranslations("assistant");
  return (
    <>
      <blockquote className="border-s-2 border-accent ps-3" dir="auto">{citation.quote}</blockquote>
      <p className="mt-2 text-muted">{t("articleGone")}</p>
    </>
  );
}

function Quoted({ citation, chunk }: { citation: Citation; chunk: NonNullable<Citation["chunk"]> }) {
  const t = useTranslations("assistant");
  const version = useVersion(chunk.version_id);
  return (
    <>
      {chunk.version && (
        <p className="mb-3 text-muted">
          {t("version", { version: chunk.version.version })} · <Time at={chunk.version.published_at} />
        </p>
      )}
      <Loaded query={version}>{({ body }) => <Article text={body} citation={citation} passage={chunk.body} />}</Loaded>
    </>
  );
}

function Article({ text, citation, passage }: { text: string; citation: Citation; passage: string }) {
  const root = useRef<HTMLDivElement>(null);
  const [isFound, setFound] = useState(false);
  // Before the paint: the passage and the same words in the article are not seen together.
  useLayoutEffect(() => {
    const element = root.current;
    if (!element || !("highlights" in CSS)) return;
    const mark = () => {
      const range = findQuote(element, citation.quote);
      if (!range) return;
      if (!CSS.highlights.has(HIGHLIGHT)) range.startContainer.parentElement?.scrollIntoView({ block: "center" });
      CSS.highlights.set(HIGHLIGHT, new Highlight(range));
      setFound(true);
    };
    // Markdown is drawn when its part of the program has been loaded.
    const observer = new MutationObserver(mark);
    observer.observe(element, { childList: true, subtree: true });
    mark();
    return () => {
      observer.disconnect();
      CSS.highlights.delete(HIGHLIGHT);
    };
  }, [citation.quote, text]);
  const [before, quote, after] = markQuote(passage, citation);
  return (
    <>
      {!isFound && (
        <p className="mb-4 rounded-md border border-line bg-sunken p-3 whitespace-pre-wrap" dir="auto">
          {before}
          <mark className="bg-note text-default">{quote}</mark>
          {after}
        </p>
      )}
      <div ref={root}>
        <Markdown text={text} />
      </div>
    </>
  );
}
