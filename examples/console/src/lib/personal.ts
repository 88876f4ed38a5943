/** What the page keeps in its memory for the person who is signed in: gone when somebody else is, or nobody. */
const listeners = new Set<() => void>();

/** Call a listener when the session of a person ends or becomes another person's. */
export function onForget(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The session is no longer that person's. */
export function forgetPerson(): void {
  for (const listener of listeners) listener();
}
