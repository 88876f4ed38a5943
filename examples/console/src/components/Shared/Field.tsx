import { type ReactNode, type Ref, useId, useState } from "react";
import { useTranslations } from "use-intl";

const BOX = "w-full rounded-md border border-strong bg-surface px-2.5 text-default placeholder:text-subtle " +
  "disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted aria-invalid:border-danger";

type Common = {
  label: string;
  /** The label is read by screen readers only. */
  isLabelHidden?: boolean;
  hint?: string;
  error?: string;
  isDisabled?: boolean;
  isRequired?: boolean;
};

function useParts({ label, isLabelHidden, hint, error, isRequired, isDisabled }: Common) {
  const id = useId();
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  const wrap = (control: ReactNode) => (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={isLabelHidden ? "sr-only" : "font-medium"}>
        {label}
        {isRequired && <span aria-hidden className="text-danger">*</span>}
      </label>
      {control}
      {error
        ? <p id={`${id}-error`} className="text-danger">{error}</p>
        : hint && <p id={`${id}-hint`} className="text-muted">{hint}</p>}
    </div>
  );
  const shared = {
    id,
    disabled: isDisabled,
    required: isRequired,
    "aria-describedby": described,
    "aria-invalid": Boolean(error) || undefined,
  };
  return { shared, wrap };
}

type TextProps = Common & {
  value: string;
  onChange(value: string): void;
  placeholder?: string;
  autoComplete?: string;
  onKeyDown?(event: React.KeyboardEvent): void;
  onBlur?(): void;
  maxLength?: number;
};

/** What fits into a field that says nothing else. More is not pasted: a browser lays out megabytes for seconds. */
const LINE_MAX = 10_000, TEXT_MAX = 100_000;

type Pasted = React.ClipboardEvent<HTMLInputElement | HTMLTextAreaElement>;

/** Says that a pasted text is too long, until something else is typed. A browser would cut it without a word. */
function usePasteLimit({ error, onChange, maxLength }: TextProps, usual: number) {
  const t = useTranslations("shared");
  const max = maxLength ?? usual;
  const [pasted, setPasted] = useState<number | null>(null);
  return {
    error: pasted === null ? error : t("pastedTooLong", { count: pasted, max }),
    onPaste(event: Pasted) {
      const { value, selectionStart, selectionEnd } = event.currentTarget;
      const text = event.clipboardData.getData("text/plain");
      if (value.length - ((selectionEnd ?? 0) - (selectionStart ?? 0)) + text.length <= max) return setPasted(null);
      event.preventDefault();
      setPasted(text.length);
    },
    onChange(event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) {
      setPasted(null);
      onChange(event.target.value);
    },
  };
}

/** A line of text with its label, hint and error. */
export function TextField(
  props: TextProps & {
    type?: string;
    inputMode?: "numeric" | "decimal";
    autoFocus?: boolean;
    ref?: Ref<HTMLInputElement>;
  },
) {
  const { error, ...events } = usePasteLimit(props, LINE_MAX);
  const { shared, wrap } = useParts({ ...props, error });
  return wrap(
    <input
      {...shared}
      ref={props.ref}
      type={props.type ?? "text"}
      inputMode={props.inputMode}
      dir={props.type === "password" ? undefined : "auto"}
      value={props.value}
      placeholder={props.placeholder}
      autoComplete={props.autoComplete ?? "off"}
      autoFocus={props.autoFocus}
      maxLength={props.maxLength}
      onKeyDown={props.onKeyDown}
      onBlur={props.onBlur}
      {...events}
      className={`${BOX} h-8`}
    />,
  );
}

/** Lines of text with their label, hint and error. */
export function TextArea(props: TextProps & { rows?: number; ref?: Ref<HTMLTextAreaElement> }) {
  const { error, ...events } = usePasteLimit(props, TEXT_MAX);
  const { shared, wrap } = useParts({ ...props, error });
  return wrap(
    <textarea
      {...shared}
      ref={props.ref}
      dir="auto"
      rows={props.rows ?? 4}
      value={props.value}
      placeholder={props.placeholder}
      maxLength={props.maxLength}
      onKeyDown={props.onKeyDown}
      onBlur={props.onBlur}
      {...events}
      className={`${BOX} py-1.5`}
    />,
  );
}

export type Option = { value: string; label: string };

/** One of a few options. A value that is no option shows `placeholder`. */
export function Select(
  props: Common & { value: string; onChange(value: string): void; options: readonly Option[]; placeholder?: string },
) {
  const { shared, wrap } = useParts(props);
  const isKnown = props.options.some(({ value }) => value === props.value);
  return wrap(
    <select
      {...shared}
      value={isKnown ? props.value : ""}
      onChange={(event) => props.onChange(event.target.value)}
      className={`${BOX} h-8 max-w-full pe-1`}
    >
      {!isKnown && <option value="">{props.placeholder ?? "–"}</option>}
      {props.options.map(({ value, label }) => <option key={value} value={value}>{label}</option>)}
    </select>,
  );
}
