import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ReactNode, Ref } from "react";

const LOOKS = {
  primary: "bg-accent text-on-accent hover:brightness-110",
  secondary: "border border-strong bg-raised text-default hover:bg-hover",
  ghost: "text-muted hover:bg-hover hover:text-default",
  danger: "bg-danger text-on-accent hover:brightness-110",
} as const;
const SIZES = { small: "h-7 px-2 gap-1.5", medium: "h-8 px-3 gap-2" } as const;

type ButtonProps = {
  children: ReactNode;
  variant?: keyof typeof LOOKS;
  size?: keyof typeof SIZES;
  icon?: LucideIcon;
  /** Shows that the action runs, and takes no second click. */
  isBusy?: boolean;
  isDisabled?: boolean;
  type?: "button" | "submit";
  /** The id of the form that it submits, when it is outside of it. */
  form?: string;
  onClick?(event: React.MouseEvent<HTMLButtonElement>): void;
  /** Why the button is disabled, or what the icon means. */
  title?: string;
  "aria-keyshortcuts"?: string;
  "aria-expanded"?: boolean;
  "aria-controls"?: string;
  ref?: Ref<HTMLButtonElement>;
};

/** A button with a text. */
export function Button(props: ButtonProps) {
  const { children, variant = "secondary", size = "medium", icon: Icon, isBusy = false, isDisabled = false, ...rest } =
    props;
  return (
    <button
      {...rest}
      type={props.type ?? "button"}
      disabled={isDisabled}
      aria-busy={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : props.onClick}
      className={`inline-flex shrink-0 items-center justify-center rounded-md font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-50 ${
        LOOKS[variant]
      } ${SIZES[size]}`}
    >
      {isBusy
        ? <LoaderCircle aria-hidden size={16} className="animate-spin" />
        : Icon && <Icon aria-hidden size={16} className="shrink-0" />}
      {children}
    </button>
  );
}

type IconButtonProps = {
  /** What the button does: its name for screen readers and the text on hover. */
  label: string;
  icon: LucideIcon;
  size?: "small" | "medium";
  isDisabled?: boolean;
  isPressed?: boolean;
  /** Whether what it opens is open; `controls` is the id of that. */
  isExpanded?: boolean;
  controls?: string;
  onClick?(event: React.MouseEvent<HTMLButtonElement>): void;
};

/** A button that is an icon; its label is its name. */
export function IconButton(
  { label, icon: Icon, size = "medium", isDisabled = false, isPressed, isExpanded, controls, onClick }: IconButtonProps,
) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      aria-expanded={isExpanded}
      aria-controls={isExpanded ? controls : undefined}
      disabled={isDisabled}
      onClick={onClick}
      className={`grid shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-default aria-pressed:bg-selected aria-pressed:text-accent disabled:cursor-not-allowed disabled:opacity-50 ${
        size === "small" ? "size-[24px]" : "size-8"
      }`}
    >
      <Icon aria-hidden size={size === "small" ? 14 : 18} />
    </button>
  );
}
