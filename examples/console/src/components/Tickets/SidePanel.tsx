import { ChevronDown, ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { PaneBoundary } from "../Shell/PaneBoundary.tsx";

type Props = { title: string; children: ReactNode; actions?: ReactNode; startsClosed?: boolean };

/** A part of the column beside the conversation; a failure in it stays in it. */
export function SidePanel({ title, children, actions, startsClosed = false }: Props) {
  const [isOpen, setOpen] = useState(!startsClosed);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <section aria-label={title} className="border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex min-h-7 items-center gap-2">
        <h2 className="min-w-0 flex-1 font-semibold">
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="-ms-1 flex min-h-[24px] max-w-full items-center gap-1 rounded px-1 hover:bg-hover"
          >
            <Chevron aria-hidden size={14} className="shrink-0 text-subtle rtl:-scale-x-100" />
            <span className="truncate">{title}</span>
          </button>
        </h2>
        {actions}
      </div>
      {isOpen && (
        <div className="mt-1">
          <PaneBoundary>{children}</PaneBoundary>
        </div>
      )}
    </section>
  );
}
