import { useSyncExternalStore } from "react";

const KEY = "helpdesk.seen";
const KEPT = 2000;
const listeners = new Set<() => void>();
let seen = read();

function read(): Record<string, number> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return stored && typeof stored === "object" ? stored as Record<string, number> : {};
  } catch {
    return {};
  }
}

/** Note on this device that the person has seen a ticket at this revision. */
export function markSeen(ticketId: string, revision: number): void {
  if (seen[ticketId] === revision) return;
  const { [ticketId]: _, ...others } = seen;
  seen = Object.fromEntries([...Object.entries(others).slice(1 - KEPT), [ticketId, revision]]);
  try {
    localStorage.setItem(KEY, JSON.stringify(seen));
  } catch { /* storage is full or forbidden: the dots last as long as the page */ }
  for (const listener of listeners) listener();
}

/** The revisions at which the person has last seen tickets, on this device. */
export function useSeen(): Readonly<Record<string, number>> {
  return useSyncExternalStore(subscribe, () => seen);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
