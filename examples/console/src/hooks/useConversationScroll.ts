import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR = 80;

/**
 * Where the reader of a conversation is: it opens at the newest, follows it while the reader is there, and stays where
 * it is otherwise. `arrived` counts what came below.
 */
export function useConversationScroll(
  container: RefObject<HTMLElement | null>,
  /** The places of messages and notes in their order. */
  sequences: readonly number[],
  /** The place of the first entry, which may be an event. */
  first: number | undefined,
) {
  const isAtEnd = useRef(true);
  const anchor = useRef<{ element: Element; top: number } | null>(null);
  const newest = sequences.at(-1) ?? 0;
  const newestBefore = useRef(0);
  const [arrived, setArrived] = useState(0);

  const toEnd = useCallback(() => {
    const element = container.current;
    if (element) element.scrollTop = element.scrollHeight;
    isAtEnd.current = true;
    setArrived(0);
  }, [container]);

  const onScroll = useCallback(() => {
    const element = container.current;
    if (!element) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
    if (isAtEnd.current) setArrived(0);
    // Who scrolls while older entries are on their way stays where that has led.
    const held = anchor.current;
    if (held) held.top = held.element.getBoundingClientRect().top;
  }, [container]);

  /** Call it before older entries are put above: the first one keeps its place. */
  const holdPlace = useCallback(() => {
    const element = container.current?.querySelector("[data-entry]");
    anchor.current = element ? { element, top: element.getBoundingClientRect().top } : null;
  }, [container]);

  useLayoutEffect(() => {
    const held = anchor.current;
    if (!held || !container.current || !held.element.isConnected) return;
    container.current.scrollTop += held.element.getBoundingClientRect().top - held.top;
    anchor.current = null;
  }, [first, container]);

  useLayoutEffect(() => {
    if (isAtEnd.current) toEnd();
    else {
      const news = sequences.filter((sequence) => sequence > newestBefore.current).length;
      setArrived((before) => before + news);
    }
    newestBefore.current = newest;
    // Only what comes at the end counts: older entries above are no arrivals.
  }, [newest, toEnd]);

  // Texts and pictures get their height after they are drawn.
  useEffect(() => {
    const content = container.current?.firstElementChild;
    if (!content || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => isAtEnd.current && toEnd());
    observer.observe(content);
    return () => observer.disconnect();
  }, [container, toEnd]);

  return { onScroll, toEnd, holdPlace, arrived };
}
