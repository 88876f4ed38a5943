import { type RefObject, useLayoutEffect, useState } from "react";

/** Whether an element is at least this wide: a part of a page knows its own room, not the window's. */
export function useIsWide(element: RefObject<HTMLElement | null>, width: number): boolean {
  const [isWide, setWide] = useState(true);
  useLayoutEffect(() => {
    if (!element.current || typeof ResizeObserver === "undefined") return;
    const measured = element.current;
    const measure = () => setWide(measured.clientWidth >= width);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, width]);
  return isWide;
}
