import { type RefObject, useEffect, useRef, useState } from "react";
import type { TimelineEntry } from "../lib/timeline.ts";

/**
 * The newest message that was on the screen: what a reply is an answer to. A message that came below, out of sight, is
 * not seen, and the database refuses a reply until it is.
 */
export function useSeenMessage(container: RefObject<HTMLElement | null>, entries: TimelineEntry[]): string | null {
  const [seen, setSeen] = useState<{ id: string; sequence: number } | null>(null);
  const order = useRef(new Map<string, number>());

  useEffect(() => {
    const messages = entries.filter((entry) => entry.kind === "message");
    order.current = new Map(messages.map(({ id, sequence }) => [id, sequence]));
    const see = (id: string) => {
      const sequence = order.current.get(id);
      if (sequence === undefined) return;
      setSeen((before) => before && before.sequence >= sequence ? before : { id, sequence });
    };
    const elements = container.current?.querySelectorAll<HTMLElement>("[data-message-id]") ?? [];
    if (typeof IntersectionObserver === "undefined") {
      for (const { id } of messages) see(id);
      return;
    }
    const observer = new IntersectionObserver((changes) => {
      for (const { isIntersecting, target } of changes) {
        if (isIntersecting) see((target as HTMLElement).dataset.messageId ?? "");
      }
    }, { root: container.current });
    for (const element of elements) observer.observe(element);
    return () => observer.disconnect();
  }, [container, entries]);

  return seen?.id ?? null;
}
