import { useId } from "react";

type CheckboxProps = {
  label: string;
  isLabelHidden?: boolean;
  isChecked: boolean;
  isDisabled?: boolean;
  onChange(isChecked: boolean): void;
};

/** A choice that is made or not. */
export function Checkbox({ label, isLabelHidden, isChecked, isDisabled, onChange }: CheckboxProps) {
  const id = useId();
  return (
    <span className="flex min-h-6 items-center gap-2">
      <input
        id={id}
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4.5 shrink-0 accent-(--accent) disabled:opacity-50"
      />
      <label htmlFor={id} className={isLabelHidden ? "sr-only" : ""} dir="auto">{label}</label>
    </span>
  );
}
