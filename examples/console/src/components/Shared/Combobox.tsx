import { Combobox as Base } from "@base-ui/react/combobox";
import { Check } from "lucide-react";
import { useId } from "react";
import { useTranslations } from "use-intl";
import type { Option } from "./Field.tsx";

type ComboboxProps = {
  label: string;
  isLabelHidden?: boolean;
  value: string | null;
  onChange(value: string | null): void;
  options: readonly Option[];
  placeholder?: string;
  isDisabled?: boolean;
  isRequired?: boolean;
  error?: string;
  /** The options are found elsewhere by what was typed: all are shown. */
  onSearch?(words: string): void;
};

/** One of many options, found by typing. */
export function Combobox(props: ComboboxProps) {
  const { label, isLabelHidden, value, onChange, options, placeholder, isDisabled, isRequired, error, onSearch } =
    props;
  const t = useTranslations("shared");
  const id = useId();
  const chosen = options.find((option) => option.value === value) ?? null;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={isLabelHidden ? "sr-only" : "font-medium"}>
        {label}
        {isRequired && <span aria-hidden className="text-danger">*</span>}
      </label>
      <Base.Root
        items={[...options]}
        filter={onSearch ? null : undefined}
        value={chosen}
        disabled={isDisabled}
        isItemEqualToValue={(one: Option, other: Option) => one.value === other.value}
        onValueChange={(option: Option | null) => onChange(option?.value ?? null)}
        onInputValueChange={(typed, { reason }) => reason === "input-change" && onSearch?.(typed)}
      >
        <Base.Input
          id={id}
          placeholder={placeholder}
          dir="auto"
          required={isRequired}
          aria-invalid={Boolean(error) || undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          className="h-8 w-full rounded-md border border-strong bg-surface px-2.5 placeholder:text-subtle disabled:bg-sunken disabled:text-muted aria-invalid:border-danger"
        />
        <Base.Portal>
          <Base.Positioner sideOffset={4} className="z-50">
            <Base.Popup className="max-h-72 w-[var(--anchor-width)] min-w-48 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-xl">
              <Base.Empty className="px-2.5 py-1.5 text-muted empty:hidden">{t("nothingFound")}</Base.Empty>
              <Base.List>
                {(option: Option) => (
                  <Base.Item
                    key={option.value}
                    value={option}
                    className="flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-[highlighted]:bg-hover"
                  >
                    <span className="min-w-0 flex-1 truncate" dir="auto">{option.label}</span>
                    <Base.ItemIndicator>
                      <Check aria-hidden size={14} className="text-accent" />
                    </Base.ItemIndicator>
                  </Base.Item>
                )}
              </Base.List>
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
      {error && <p id={`${id}-error`} className="text-danger">{error}</p>}
    </div>
  );
}
