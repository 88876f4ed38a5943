import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

type Tab = { id: string; label: ReactNode; content: ReactNode };
type TabsProps = { label: string; tabs: readonly Tab[]; value?: string; onChange?(id: string): void };

/** Parts of a page of which one is shown. */
export function Tabs({ label, tabs, value, onChange }: TabsProps) {
  return (
    <Base.Root value={value} defaultValue={tabs[0]?.id} onValueChange={(id) => onChange?.(String(id))}>
      <Base.List aria-label={label} className="flex gap-5 border-b border-line">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.id}
            value={tab.id}
            className="-mb-px border-b-2 border-transparent px-1 py-2 text-muted hover:text-default data-[active]:border-accent data-[active]:font-medium data-[active]:text-default"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => <Base.Panel key={tab.id} value={tab.id} className="pt-3">{tab.content}</Base.Panel>)}
    </Base.Root>
  );
}
