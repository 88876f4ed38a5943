import { Search } from "lucide-react";
import { type KeyboardEvent, type Ref, useEffect, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { apply, complete } from "../../lib/queryCompletion.ts";

type QueryBoxProps = {
  value: string;
  onSubmit(query: string): void;
  /** The project's own values, by field: names of teams, keys of custom fields. */
  values: Record<string, string[]>;
  ref: Ref<HTMLInputElement>;
};

/** The filter of a list, in the search grammar; fields and values are completed while typing. */
export function QueryBox({ value, onSubmit, values, ref }: QueryBoxProps) {
  const t = useTranslations("queue");
  const list = useId();
  const [text, setText] = useState(value);
  const [caret, setCaret] = useState<number | null>(null);
  const [at, setAt] = useState(-1);
  useEffect(() => setText(value), [value]);
  const completion = caret === null ? null : complete(text, caret, values);
  const choose = (chosen: string, input: HTMLInputElement) => {
    if (!completion) return;
    const next = apply(text, completion, chosen);
    setText(next.text);
    setCaret(next.caret);
    setAt(-1);
    requestAnimationFrame(() => input.setSelectionRange(next.caret, next.caret));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const many = completion?.texts.length ?? 0;
    if (event.key === "ArrowDown" && many > 0) setAt((at + 1) % many);
    else if (event.key === "ArrowUp" && many > 0) setAt((at - 1 + many) % many);
    else if ((event.key === "Enter" || event.key === "Tab") && completion?.texts[at]) {
      choose(completion.texts[at], event.currentTarget);
    } else if (event.key === "Enter") {
      setCaret(null);
      onSubmit(text.trim());
      event.currentTarget.blur();
    } else if (event.key === "Escape") {
      if (completion) setCaret(null);
      else event.currentTarget.blur();
    } else return;
    event.preventDefault();
  };
  return (
    <div className="relative min-w-56 flex-1">
      <Search aria-hidden size={16} className="pointer-events-none absolute start-2.5 top-2 text-muted" />
      <input
        ref={ref}
        role="combobox"
        aria-label={t("filter")}
        aria-expanded={completion !== null}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 && completion ? `${list}-${at}` : undefined}
        placeholder={t("filterHint")}
        value={text}
        dir="auto"
        spellCheck={false}
        autoComplete="off"
        maxLength={512}
        onKeyDown={onKeyDown}
        onBlur={() => setCaret(null)}
        onChange={(event) => {
          setText(event.target.value);
          setCaret(event.target.selectionStart);
          setAt(-1);
        }}
        className="h-8 w-full rounded-md border border-strong bg-surface ps-8 pe-2.5 placeholder:text-subtle"
      />
      <ul
        id={list}
        role="listbox"
        aria-label={t("completions")}
        hidden={!completion}
        className="absolute start-0 top-9 z-20 min-w-48 rounded-lg border border-line bg-raised p-1 shadow-xl"
      >
        {completion?.texts.map((chosen, index) => (
          <li
            key={chosen}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => {
              event.preventDefault();
              choose(chosen, document.activeElement as HTMLInputElement);
            }}
            className="cursor-pointer rounded-md px-2.5 py-1 hover:bg-hover aria-selected:bg-selected"
            dir="auto"
          >
            {chosen}
          </li>
        ))}
      </ul>
    </div>
  );
}
