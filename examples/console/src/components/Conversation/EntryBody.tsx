import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { TextsOf } from "../../contexts/LanguageContext.tsx";
import { splitQuoted } from "../../lib/inboundMail.ts";
import { Button, Markdown } from "../Shared/index.ts";

const LONG = 4_000;

type Props = {
  text: string;
  /** Where the quoted text of a mail begins; null: nothing is folded. */
  quotedFrom: number | null;
};

/** A text as Markdown. A long one is cut until somebody wants all of it; what a mail quotes is folded. */
export function EntryBody({ text, quotedFrom }: Props) {
  const t = useTranslations("ticket");
  const [isWhole, setWhole] = useState(false);
  const [isUnfolded, setUnfolded] = useState(false);
  const parts = useMemo(() => splitQuoted(text, quotedFrom), [text, quotedFrom]);
  const shown = parts && !isUnfolded ? parts.shown : text;
  const isLong = shown.length > LONG;
  return (
    <div className="mt-1 min-w-0 wrap-anywhere" dir="auto">
      <Markdown text={isLong && !isWhole ? `${shown.slice(0, LONG)} …` : shown} />
      {isLong && (
        <Button variant="ghost" size="small" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t("showLess") : t("showAll", { count: shown.length })}
        </Button>
      )}
      {parts && (
        <TextsOf role="mail">
          <QuotedButton isOpen={isUnfolded} onToggle={setUnfolded} />
        </TextsOf>
      )}
    </div>
  );
}

function QuotedButton({ isOpen, onToggle }: { isOpen: boolean; onToggle(isOpen: boolean): void }) {
  const t = useTranslations("mail");
  return (
    <div className="-ms-2">
      <Button variant="ghost" size="small" onClick={() => onToggle(!isOpen)}>
        {isOpen ? t("hideQuoted") : t("showQuoted")}
      </Button>
    </div>
  );
}
