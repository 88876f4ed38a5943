/** Which modules of the build are one file: many small files compress worse, and each costs a request. */

type Modules = { getModuleInfo(id: string): { importedIds: readonly string[] } | null };

const FIRST = ["src/main.tsx"];
const PORTAL = ["RequestsPage", "RequestPage", "NewRequestPage"].map((page) => `src/pages/${page}.tsx`);
const STAFF = ["src/pages/QueuePage.tsx"];
const LIBRARIES =
  /node_modules\/(react|react-dom|scheduler|use-sync-external-store|react-error-boundary|@tanstack\/(react-router|router-core|history|react-query|query-core|react-store|store)|use-intl|tinykeys|idb-keyval|@supabase\/(auth-js|postgrest-js))\//;

/** Shared components without a library of their own: most pages have them. */
const PLAIN = /\/components\/Shared\/(BaseProvider|Button|Checkbox|Field|Markdown|Text|Toast)\.tsx$/;

/** The file of a module, by which pages need it at once; null where the bundler decides. */
export function chunkOf(folder: string): (id: string, modules: Modules) => string | null {
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
        // Names all shared components; a page needs some.
        if (id.endsWith("/Shared/index.ts")) continue;
        todo.push(...modules.getModuleInfo(id)?.importedIds ?? []);
      }
      known.set(key, found);
    }
    return found;
  }
  return (id, modules) => {
    if (id.endsWith(".css") || id.endsWith(FIRST[0]!)) return null;
    if (LIBRARIES.test(id)) return "libraries";
    if (PLAIN.test(id) || needed(FIRST, modules).has(id)) return "main";
    const isPortal = needed(PORTAL, modules).has(id), isStaff = needed(STAFF, modules).has(id);
    return isPortal && isStaff ? "pages" : isStaff ? "queue" : null;
  };
}
