import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { Check } from "lucide-react";
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
    <span className="flex items-center gap-2">
      <Base.Root
        id={id}
        checked={isChecked}
        disabled={isDisabled}
        onCheckedChange={onChange}
        className="grid size-4.5 shrink-0 place-items-center rounded border border-strong bg-surface data-[checked]:border-accent data-[checked]:bg-accent data-[disabled]:opacity-50"
      >
        <Base.Indicator className="text-on-accent">
          <Check aria-hidden size={14} strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      <label htmlFor={id} className={isLabelHidden ? "sr-only" : ""} dir="auto">{label}</label>
    </span>
  );
}

/** A setting that is on or off, and takes effect at once. */
export function Switch({ label, isOn, isDisabled, onChange }: {
  label: string;
  isOn: boolean;
  isDisabled?: boolean;
  onChange(isOn: boolean): void;
}) {
  const id = useId();
  return (
    <span className="flex items-start gap-3">
      <BaseSwitch.Root
        id={id}
        checked={isOn}
        disabled={isDisabled}
        onCheckedChange={onChange}
        className="flex h-5 w-9 shrink-0 rounded-full border border-strong bg-sunken p-px transition-colors data-[checked]:border-accent data-[checked]:bg-accent data-[disabled]:opacity-50"
      >
        <BaseSwitch.Thumb className="size-4 rounded-full bg-strong transition-transform data-[checked]:translate-x-4 data-[checked]:bg-on-accent rtl:data-[checked]:-translate-x-4" />
      </BaseSwitch.Root>
      <label htmlFor={id}>{label}</label>
    </span>
  );
}
