import { type ReactNode, type Ref, useId } from "react";

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

/** A line of text with its label, hint and error. */
export function TextField(
  props: TextProps & {
    type?: string;
    inputMode?: "numeric" | "decimal";
    autoFocus?: boolean;
    ref?: Ref<HTMLInputElement>;
  },
) {
  const { shared, wrap } = useParts(props);
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
      onChange={(event) => props.onChange(event.target.value)}
      className={`${BOX} h-8`}
    />,
  );
}

/** Lines of text with their label, hint and error. */
export function TextArea(props: TextProps & { rows?: number; ref?: Ref<HTMLTextAreaElement> }) {
  const { shared, wrap } = useParts(props);
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
      onChange={(event) => props.onChange(event.target.value)}
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
