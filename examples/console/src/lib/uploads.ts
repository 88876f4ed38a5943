import { HelpdeskError, toHelpdeskError } from "./errors.ts";

/** A file on its way; `ready` files can be sent. */
export type Upload = {
  state: "waiting" | "uploading" | "ready" | "failed";
  /** 0 to 1. */
  share: number;
  problem: HelpdeskError | null;
};

/** What a helpdesk takes; `types` is null when nobody knows. */
export type UploadLimits = { maxFiles: number; maxBytes: number; types: readonly string[] | null };
/** Why a file was not taken; the page has a sentence for each. */
export type Refusal = { reason: "too_many" | "too_large" | "empty" | "type"; name: string };

/** Which of the chosen files can be attached beside those that are there. */
export function chooseFiles(
  chosen: readonly File[],
  already: number,
  limits: UploadLimits,
): { taken: File[]; refused: Refusal[] } {
  const taken: File[] = [], refused: Refusal[] = [];
  for (const file of chosen) {
    const reason = file.size === 0
      ? "empty"
      : file.size > limits.maxBytes
      ? "too_large"
      : limits.types && !limits.types.includes(file.type || "text/plain")
      ? "type"
      : already + taken.length >= limits.maxFiles
      ? "too_many"
      : null;
    if (reason) refused.push({ reason, name: file.name });
    else taken.push(file);
  }
  return { taken, refused };
}

type Start = (onProgress: (share: number) => void) => Promise<void>;

/** Uploads of this page, three at a time. They go on when the ticket's page is left. */
export class Uploads {
  #states: ReadonlyMap<string, Upload> = new Map();
  #starts = new Map<string, Start>();
  #listeners = new Set<() => void>();
  #active = 0;

  constructor(readonly atOnce = 3) {}

  subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** All uploads by id; the same map until something changes. */
  states = (): ReadonlyMap<string, Upload> => this.#states;

  add(id: string, start: Start): void {
    this.#starts.set(id, start);
    this.#set(id, { state: "waiting", share: 0, problem: null });
    this.#next();
  }

  /** Try a failed upload again. Returns false when this page does not have the file. */
  retry(id: string): boolean {
    const start = this.#starts.get(id);
    if (start) this.add(id, start);
    return start !== undefined;
  }

  /** What the server knows of a file that another page, or this page before a reload, has uploaded. */
  remember(id: string, upload: Upload): void {
    if (!this.#states.has(id)) this.#set(id, upload);
  }

  /** Begin no more uploads: they are another person's. */
  forgetAll = (): void => {
    this.#starts.clear();
    this.#change(new Map());
  };

  forget(id: string): void {
    this.#starts.delete(id);
    const states = new Map(this.#states);
    states.delete(id);
    this.#change(states);
  }

  #next(): void {
    const waiting = [...this.#states].find(([, { state }]) => state === "waiting");
    if (!waiting || this.#active >= this.atOnce) return;
    const [id] = waiting;
    this.#active++;
    this.#set(id, { state: "uploading", share: 0, problem: null });
    this.#starts.get(id)!((share) => this.#update(id, { state: "uploading", share, problem: null }))
      .then(
        () => this.#update(id, { state: "ready", share: 1, problem: null }),
        (thrown) => this.#update(id, { state: "failed", share: 0, problem: toHelpdeskError(thrown) }),
      )
      .finally(() => {
        this.#active--;
        this.#next();
      });
    this.#next();
  }

  /** As #set, unless the file was removed in the meantime. */
  #update(id: string, upload: Upload): void {
    if (this.#states.has(id)) this.#set(id, upload);
  }

  #set(id: string, upload: Upload): void {
    this.#change(new Map(this.#states).set(id, upload));
  }

  #change(states: ReadonlyMap<string, Upload>): void {
    this.#states = states;
    for (const listener of this.#listeners) listener();
  }
}
