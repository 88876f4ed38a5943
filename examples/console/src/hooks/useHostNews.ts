import { useEffect, useState } from "react";
import { hasDrafts } from "../lib/drafts.ts";
import { readHostNews, reloadOnce } from "../lib/versions.ts";

const PAUSE = 60_000;

/** A clock that is a minute or two wrong troubles nobody. */
const CLOCK_TOLERANCE = 120_000;

/**
 * Whether the host has another build than this page, and how many milliseconds this device's clock is wrong; 0 while it
 * is right. A file of an old build that is gone reloads the page at once, unless somebody has written something that is
 * not sent.
 */
export function useHostNews(): { isNew: boolean; clockError: number } {
  const [isNew, setNew] = useState(false);
  const [clockError, setClockError] = useState(0);
  useEffect(() => {
    let known: string | null = null, asked = -Infinity;
    const ask = async () => {
      if (document.hidden || performance.now() - asked < PAUSE) return;
      asked = performance.now();
      const { build, clockError } = await readHostNews();
      if (clockError !== null) setClockError(Math.abs(clockError) > CLOCK_TOLERANCE ? clockError : 0);
      if (build && known && build !== known) setNew(true);
      known ??= build;
    };
    const onMissing = (event: Event) => {
      event.preventDefault();
      setNew(true);
      hasDrafts().then((has) => has || reloadOnce(), () => undefined);
    };
    void ask();
    document.addEventListener("visibilitychange", ask);
    globalThis.addEventListener("focus", ask);
    globalThis.addEventListener("vite:preloadError", onMissing);
    return () => {
      document.removeEventListener("visibilitychange", ask);
      globalThis.removeEventListener("focus", ask);
      globalThis.removeEventListener("vite:preloadError", onMissing);
    };
  }, []);
  return { isNew, clockError };
}
