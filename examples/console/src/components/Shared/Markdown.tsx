import { lazy, Suspense, useState } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { useTranslations } from "use-intl";
import { isTooComplex, startOf } from "../../lib/markdown.ts";

const Rendered = lazy(() => import("./MarkdownRendered.tsx"));
/** Longer texts are shown up to here, with a button for the rest: a browser lays out a line of megabytes for seconds. */
const SHOWN_MAX = 20_000, SHOWN_MAX_ARTICLE = 100_000;
/** A text with more marks is shown as it was written. */
const MARKS_MAX = 1_500, MARKS_MAX_ARTICLE = 6_000;

type MarkdownProps = {
  /** What a customer, a colleague or a model wrote. Nothing of it is ever HTML. */
  text: string;
  /** The only addresses that become links; without it, all of http, https and mailto do. */
  linksTo?: readonly string[];
  /** The text is an article below a title: its headings are headings of the page. */
  isArticle?: boolean;
};

/** Text in Markdown, safe whoever wrote it. */
export function Markdown({ text, linksTo, isArticle = false }: MarkdownProps) {
  const t = useTranslations("shared");
  const [isWhole, setWhole] = useState(false);
  const max = isArticle ? SHOWN_MAX_ARTICLE : SHOWN_MAX;
  const isLong = text.length > max && !isWhole;
  const shown = isLong ? startOf(text, max) : text;
  const plain = <p className="whitespace-pre-wrap">{shown}</p>;
  return (
    <div className="prose-text min-w-0 wrap-anywhere" dir="auto">
      {isWhole || isTooComplex(shown, isArticle ? MARKS_MAX_ARTICLE : MARKS_MAX)
        ? plain
        : (
          <ErrorBoundary fallback={plain} resetKeys={[shown]}>
            <Suspense fallback={plain}>
              <Rendered text={shown} linksTo={linksTo} isArticle={isArticle} />
            </Suspense>
          </ErrorBoundary>
        )}
      {isLong && (
        <button
          type="button"
          className="font-medium text-accent hover:underline"
          onClick={() => setWhole(true)}
        >
          {t("showAll", { characters: text.length })}
        </button>
      )}
    </div>
  );
}
