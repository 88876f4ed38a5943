import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { TimelineEntry } from "../lib/timeline.ts";

/**
 * The newest message that was on the screen: what a reply is an answer to. A message that came below, out of sight, is
 * not seen, and the database refuses a reply until it is.
 */
export function useSeenMessage(container: RefObject<HTMLElement | null>, entries: TimelineEntry[]): string | null {
  const [seen, setSeen] = useState<{ id: string; sequence: number } | null>(null);
  const order = useRef(new Map<string, number>());
  const watch = useRef<{ observer: IntersectionObserver; known: WeakSet<Element> } | null>(null);

  const see = useCallback((id: string) => {
    const sequence = order.current.get(id);
    if (sequence === undefined) return;
    setSeen((before) => before && before.sequence >= sequence ? before : { id, sequence });
  }, []);
  useEffect(() => () => {
    watch.current?.observer.disconnect();
    watch.current = null;
  }, []);
  useEffect(() => {
    const messages = entries.filter((entry) => entry.kind === "message");
    order.current = new Map(messages.map(({ id, sequence }) => [id, sequence]));
    if (typeof IntersectionObserver === "undefined") {
      for (const { id } of messages) see(id);
      return;
    }
    watch.current ??= {
      known: new WeakSet(),
      observer: new IntersectionObserver((changes) => {
        for (const { isIntersecting, target } of changes) {
          if (isIntersecting) see((target as HTMLElement).dataset.messageId ?? "");
        }
      }, { root: container.current }),
    };
    // Only what is new: a conversation may have thousands.
    const { observer, known } = watch.current;
    for (const element of container.current?.querySelectorAll("[data-message-id]") ?? []) {
      if (known.has(element)) continue;
      known.add(element);
      observer.observe(element);
    }
  }, [container, entries, see]);

  return seen?.id ?? null;
}
