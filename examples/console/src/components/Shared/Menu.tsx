import { Menu as Base } from "@base-ui/react/menu";
import type { LucideIcon } from "lucide-react";
import type { ReactElement } from "react";
import { Kbd } from "./Text.tsx";

export type MenuItem = {
  label: string;
  icon?: LucideIcon;
  keys?: string;
  isDangerous?: boolean;
  isDisabled?: boolean;
  onSelect(): void;
};

/** A button that opens a list of actions. `trigger` is a button element. */
export function Menu({ trigger, items }: { trigger: ReactElement; items: readonly MenuItem[] }) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className="z-50">
          <Base.Popup className="min-w-44 rounded-lg border border-line bg-raised p-1 shadow-xl outline-none">
            {items.map(({ label, icon: Icon, keys, isDangerous, isDisabled, onSelect }) => (
              <Base.Item
                key={label}
                disabled={isDisabled}
                onClick={onSelect}
                className={`flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover ${
                  isDangerous ? "text-danger" : ""
                }`}
              >
                {Icon && <Icon aria-hidden size={16} className="shrink-0" />}
                <span className="flex-1" dir="auto">{label}</span>
                {keys && <Kbd keys={keys} />}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
