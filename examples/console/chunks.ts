/** Which modules of the build are one file: many small files compress worse, and each costs a request. */
import type { Plugin } from "vite";

type Modules = { getModuleInfo(id: string): { importedIds: readonly string[] } | null };

const START = ["src/start.ts"], MAIN = ["src/main.tsx"], QUEUE = ["src/pages/QueuePage.tsx"];
const PORTAL = ["RequestsPage", "RequestPage", "NewRequestPage"].map((page) => `src/pages/${page}.tsx`);
/** Shared components without a library of their own: most pages have them. */
const PLAIN = /\/components\/Shared\/(BaseProvider|Button|Checkbox|Field|Markdown|Text|Toast)\.tsx$/;
const LIBRARIES =
  /node_modules\/(react|react-dom|scheduler|use-sync-external-store|react-error-boundary|@tanstack\/(react-router|router-core|history|react-query|react-store|store)|use-intl|tinykeys|idb-keyval|@supabase\/auth-js)\//;

const START_LIBRARIES = /node_modules\/@(tanstack\/query-core|supabase\/postgrest-js)\//;
/** They name more than who imports them needs. */
const INDEX = /\/Shared\/index\.ts$|node_modules\/@tanstack\/react-query\//;
export const CHUNKS = ["start", "libraries", "main", "pages", "queue"] as const;

/** The groups of the bundler, the first ones first: a group also takes what its modules need and no group before has. */
export function chunks(folder: string) {
  const chunk = chunkOf(folder);
  return CHUNKS.map((name, index) => ({
    name: (id: string, modules: Modules) => chunk(id, modules) === name ? name : null,
    priority: CHUNKS.length - index,
  }));
}

/** The file of a module, by which pages need it at once; null where the bundler decides. */
function chunkOf(folder: string): (id: string, modules: Modules) => typeof CHUNKS[number] | null {
  const known = new Map<string, Set<string>>();
  function needed(pages: readonly string[], modules: Modules): Set<string> {
    const key = pages.join();
    let found = known.get(key);
    if (!found) {
      found = new Set();
      const todo = pages.map((page) => `${folder}/${page}`);
      for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
        if (found.has(id)) continue;
        found.add(id);
        if (!INDEX.test(id)) todo.push(...modules.getModuleInfo(id)?.importedIds ?? []);
      }
      known.set(key, found);
    }
    return found;
  }
  return (id, modules) => {
    // These are files of their own, by which the manifest of the build names what they need.
    if (id.endsWith(".css") || [START, MAIN, QUEUE, PORTAL].flat().some((entry) => id.endsWith(entry))) return null;
    if (LIBRARIES.test(id)) return "libraries";
    if (START_LIBRARIES.test(id) || needed(START, modules).has(id)) return "start";
    if (PLAIN.test(id) || needed(MAIN, modules).has(id)) return "main";
    const isPortal = needed(PORTAL, modules).has(id), isQueue = needed(QUEUE, modules).has(id);
    return isPortal && isQueue ? "pages" : isQueue ? "queue" : null;
  };
}

/** The page names the files that start.ts asks for at once: the browser fetches them beside it, not after it. */
export function preloads(): Plugin {
  return {
    name: "helpdesk-preloads",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === "chunk");
        const main = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(MAIN[0]!));
        if (!main) throw new Error(`The build has no ${MAIN[0]}.`);
        const styles = [...main.viteMetadata?.importedCss ?? []];
        const link = (attrs: Record<string, string | boolean>) => ({ tag: "link", attrs, injectTo: "head" as const });
        return [
          ...[...main.imports, main.fileName].filter((file) => !html.includes(file)).map((file) =>
            link({ rel: "modulepreload", crossorigin: true, href: `/${file}` })
          ),
          ...styles.map((file) => link({ rel: "stylesheet", crossorigin: true, href: `/${file}` })),
        ];
      },
    },
  };
}
