import { createStore, del, delMany, entries, keys as storedKeys, set, type UseStore } from "idb-keyval";

/**
 * Files that were chosen and are not with the helpdesk yet, kept on this device beside the drafts. `place` is where
 * they belong: a ticket, or the form of a new request.
 */
export type FilePlace = { userId: string; place: string };
export type KeptFile = { id: string; file: File };

const SEPARATOR = "/";
let store: UseStore | null = null;

/** Keep a file. Returns false when this browser keeps nothing, or has no room: then it lasts as long as the page. */
export async function keepFile(at: FilePlace, { id, file }: KeptFile): Promise<boolean> {
  return await attempt(async (files) => {
    await set(nameOf(at, id), file, files);
    return true;
  }, false);
}

/** The files that are kept for a place. */
export async function readKeptFiles(at: FilePlace): Promise<KeptFile[]> {
  const prefix = nameOf(at, "");
  const all = await attempt((files) => entries<string, File>(files), []);
  return all.filter(([name]) => name.startsWith(prefix))
    .map(([name, file]) => ({ id: name.slice(prefix.length), file }));
}

/** A file has arrived, or nobody wants it any more. */
export async function dropFile(at: FilePlace, id: string): Promise<void> {
  await attempt((files) => del(nameOf(at, id), files), undefined);
}

/** The request was opened: its files belong to it now. */
export async function moveFiles(from: FilePlace, place: string): Promise<void> {
  const moved = await readKeptFiles(from);
  for (const kept of moved) {
    await keepFile({ ...from, place }, kept);
    await dropFile(from, kept.id);
  }
}

/** Remove all files of a person from this device. */
export async function dropFilesOf(userId: string): Promise<void> {
  await attempt(async (files) => {
    const names = await storedKeys<string>(files);
    await delMany(names.filter((name) => name.startsWith(userId + SEPARATOR)), files);
  }, undefined);
}

function nameOf({ userId, place }: FilePlace, id: string): string {
  return [userId, place, id].join(SEPARATOR);
}

async function attempt<T>(action: (files: UseStore) => Promise<T>, otherwise: T): Promise<T> {
  try {
    store ??= createStore("helpdesk-files", "files");
    return await action(store);
  } catch {
    // A database that could not be opened is tried anew the next time.
    store = null;
    return otherwise;
  }
}
