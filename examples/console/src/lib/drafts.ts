import { createStore, del, get, keys as storedKeys, set, type UseStore } from "idb-keyval";
import { newId } from "./ids.ts";
import type { InsertedProposal } from "./models.ts";

export type DraftKind = "reply" | "note";
export type DraftFile = { id: string; name: string; size: number };

/** What a person has written and not sent. Its id becomes the id of the message, so that sending twice is sending once. */
export type Draft = {
  id: string;
  text: string;
  files: DraftFile[];
  /** Whether the person was asked if a mention belongs into a note. */
  mentionAsked: boolean;
  /** The assistant's draft that was put in. */
  proposal?: InsertedProposal | null;
  /** What else belongs to it: title, team and fields of a new request. */
  form?: Record<string, unknown>;
  savedAt: number;
};
export type DraftKey = { userId: string; ticketId: string; kind: DraftKind };

/** Why a draft could not be kept: storage is full, or this browser forbids it. */
export class DraftStorageError extends Error {
  constructor(readonly reason: "full" | "forbidden") {
    super(reason);
    this.name = "DraftStorageError";
  }
}

const SEPARATOR = "/";
const LEFT = "helpdesk.draft.";
let store: UseStore | null = null;
// What could not be stored lasts as long as the page.
const unstored = new Map<string, Draft>();
const listeners = new Set<(name: string) => void>();
const watchers = new Set<() => void>();

export function newDraft(): Draft {
  return { id: newId(), text: "", files: [], mentionAsked: false, savedAt: 0 };
}

export function isEmpty(draft: Draft): boolean {
  return draft.text.trim() === "" && draft.files.length === 0 && Object.values(draft.form ?? {}).every(isBlank);
}

/** A draft as it was kept and what was written before it was read: nothing of either is lost. */
export function mergeDraft(kept: Draft, written: Partial<Draft>): Draft {
  const text = [kept.text, written.text ?? ""].filter((part) => part.trim() !== "").join("\n\n");
  const form = { ...kept.form, ...written.form };
  for (const [name, value] of Object.entries(written.form ?? {})) {
    if (isGroup(value) && isGroup(kept.form?.[name])) form[name] = { ...kept.form[name], ...value };
  }
  return {
    ...kept,
    ...written,
    text: text || (written.text ?? kept.text),
    files: [...kept.files, ...written.files ?? []],
    ...kept.form || written.form ? { form } : {},
  };
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBlank(value: unknown): boolean {
  return value === null || value === "" || (typeof value === "object" && Object.values(value).every(isBlank));
}

/** The draft of a person for a ticket; null when there is none. */
export async function readDraft(key: DraftKey): Promise<Draft | null> {
  const name = nameOf(key);
  const kept = unstored.get(name) ?? leftBehind(name);
  if (kept) return kept;
  return await attempt((drafts) => get<Draft>(name, drafts)) ?? null;
}

/**
 * Keep a draft while the page goes. The browser ends what IndexedDB has begun then, so this one goes to localStorage
 * until the next writeDraft().
 */
export function leaveDraft(key: DraftKey, draft: Draft): void {
  try {
    if (isEmpty(draft)) localStorage.removeItem(LEFT + nameOf(key));
    else localStorage.setItem(LEFT + nameOf(key), JSON.stringify(draft));
  } catch { /* full or forbidden: writeDraft() has said so */ }
}

/** Keep a draft. An empty draft is removed. */
export async function writeDraft(key: DraftKey, draft: Draft): Promise<void> {
  const name = nameOf(key);
  if (isEmpty(draft)) return await deleteDraft(key);
  unstored.set(name, draft);
  await attempt((drafts) => set(name, draft, drafts));
  if (unstored.get(name) === draft) unstored.delete(name);
  forgetLeft(name);
  for (const watcher of watchers) watcher();
}

export async function deleteDraft(key: DraftKey): Promise<void> {
  unstored.delete(nameOf(key));
  forgetLeft(nameOf(key));
  await attempt((drafts) => del(nameOf(key), drafts));
  for (const watcher of watchers) watcher();
}

/** The draft was sent: remove it, and let the page begin a new one. */
export async function finishDraft(key: DraftKey): Promise<void> {
  for (const listener of listeners) listener(nameOf(key));
  await deleteDraft(key);
}

/** Call a listener with the name of each draft that was sent: see nameOf(). */
export function onDraftFinished(listener: (name: string) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Call a watcher whenever a draft was kept or removed on this page. */
export function watchDrafts(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Which drafts a person has, for marks in lists and for the question at sign-out. */
export async function listDrafts(userId: string): Promise<Omit<DraftKey, "userId">[]> {
  const stored = await attempt((drafts) => storedKeys<string>(drafts)).catch(() => [] as string[]);
  return [...new Set([...stored, ...unstored.keys(), ...namesLeft()])]
    .map((name) => name.split(SEPARATOR))
    .filter(([owner]) => owner === userId)
    .map(([, ticketId, kind]) => ({ ticketId: ticketId!, kind: kind as DraftKind }));
}

/** Whether anything is written on this device that was not sent. */
export async function hasDrafts(): Promise<boolean> {
  const stored = await attempt((drafts) => storedKeys<string>(drafts)).catch(() => [] as string[]);
  return stored.length + unstored.size > 0;
}

/** Remove all drafts of a person from this device. */
export async function deleteDraftsOf(userId: string): Promise<void> {
  for (const { ticketId, kind } of await listDrafts(userId)) await deleteDraft({ userId, ticketId, kind });
}

function leftBehind(name: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(LEFT + name) ?? "null");
  } catch {
    return null;
  }
}

function forgetLeft(name: string): void {
  try {
    localStorage.removeItem(LEFT + name);
  } catch { /* storage is forbidden: nothing is there */ }
}

function namesLeft(): string[] {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(LEFT)).map((name) => name.slice(LEFT.length));
  } catch {
    return [];
  }
}

/** The name under which a draft is stored. */
export function nameOf({ userId, ticketId, kind }: DraftKey): string {
  return [userId, ticketId, kind].join(SEPARATOR);
}

async function attempt<T>(action: (drafts: UseStore) => Promise<T>): Promise<T> {
  try {
    store ??= createStore("helpdesk-drafts", "drafts");
    return await action(store);
  } catch (problem) {
    // A database that could not be opened is tried anew the next time.
    store = null;
    const isFull = problem instanceof DOMException && problem.name === "QuotaExceededError";
    throw new DraftStorageError(isFull ? "full" : "forbidden");
  }
}
