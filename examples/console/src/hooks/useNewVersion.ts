import { useEffect, useState } from "react";
import { hasDrafts } from "../lib/drafts.ts";
import { readBuild, reloadOnce } from "../lib/versions.ts";

const PAUSE = 60_000;

/**
 * Whether the server has another build than this page. A file of an old build that is gone reloads the page at once,
 * unless somebody has written something that is not sent.
 */
export function useNewVersion(): boolean {
  const [isNew, setNew] = useState(false);
  useEffect(() => {
    let known: string | null = null, asked = 0;
    const ask = async () => {
      if (document.hidden || Date.now() - asked < PAUSE) return;
      asked = Date.now();
      const build = await readBuild();
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
  return isNew;
}
