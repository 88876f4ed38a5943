import type { ReactNode } from "react";

type RowsProps = {
  label: string;
  heads: string[];
  children: ReactNode;
  /** Nothing in it takes the focus: it does itself, so that the keyboard can scroll it. */
  isOnlyText?: boolean;
};

/** A table of the admin panel: rows with a name, what belongs to it, and its actions at the end. */
export function Rows({ label, heads, children, isOnlyText = false }: RowsProps) {
  return (
    <div className="overflow-x-auto rounded-lg border border-line" tabIndex={isOnlyText ? 0 : undefined}>
      <table
        className={`w-full border-collapse text-start ${isOnlyText ? "whitespace-nowrap" : ""}`}
        aria-label={label}
      >
        <thead className="bg-sunken text-start text-muted">
          <tr>
            {heads.map((head) => <th key={head} scope="col" className="px-3 py-2 text-start font-medium">{head}</th>)}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function Row({ children, isDimmed = false }: { children: ReactNode; isDimmed?: boolean }) {
  return <tr className={`border-t border-line hover:bg-hover ${isDimmed ? "text-muted" : ""}`}>{children}</tr>;
}

export function Cell({ children, isEnd = false }: { children?: ReactNode; isEnd?: boolean }) {
  return <td className={`px-3 py-2 align-middle ${isEnd ? "text-end" : ""}`}>{children}</td>;
}
