import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";

const Rendered = lazy(() => import("./MarkdownRendered.tsx"));
/** Longer texts are shown up to here, with a button for the rest: a browser lays out a line of megabytes for seconds. */
const SHOWN_MAX = 20_000;

type MarkdownProps = {
  /** What a customer, a colleague or a model wrote. Nothing of it is ever HTML. */
  text: string;
  /** The only addresses that become links; without it, all of http, https and mailto do. */
  linksTo?: readonly string[];
};

/** Text in Markdown, safe whoever wrote it. */
export function Markdown({ text, linksTo }: MarkdownProps) {
  const t = useTranslations("shared");
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > SHOWN_MAX && !isWhole;
  const shown = isLong ? text.slice(0, SHOWN_MAX) : text;
  return (
    <div className="prose-text min-w-0 break-words" dir="auto">
      <Suspense fallback={<p className="whitespace-pre-wrap">{shown}</p>}>
        {isWhole ? <p className="whitespace-pre-wrap">{shown}</p> : <Rendered text={shown} linksTo={linksTo} />}
      </Suspense>
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
