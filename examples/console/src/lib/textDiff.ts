import { diffLines } from "diff";

export type DiffLine = { kind: "same" | "added" | "removed"; text: string };

/** What changed between two texts, line by line; of long equal parts only the lines beside a change, then `…`. */
export function diffOf(before: string, after: string, around = 2): DiffLine[] {
  const parts = diffLines(before, after);
  return parts.flatMap((part, index): DiffLine[] => {
    const lines = part.value.replace(/\n$/, "").split("\n");
    const kind = part.added ? "added" : part.removed ? "removed" : "same";
    if (kind !== "same" || lines.length <= 2 * around + 1) return lines.map((text) => ({ kind, text }));
    const head = index === 0 ? [] : lines.slice(0, around);
    const tail = index === parts.length - 1 ? [] : lines.slice(-around);
    return [...head, "…", ...tail].map((text) => ({ kind, text }));
  });
}
