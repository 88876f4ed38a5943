/**
 * Loaded before an edge function: adds the parts of Supabase's runtime that Deno lacks, and exits when the gateway has
 * ended for any reason.
 */

const runtime = {
  waitUntil<T>(promise: Promise<T>): Promise<T> {
    promise.catch((error) => console.error("EdgeRuntime.waitUntil:", error));
    return promise;
  },
};

Object.assign(globalThis, { EdgeRuntime: runtime });

async function exitWithGateway(): Promise<void> {
  const buffer = new Uint8Array(64);
  while (await Deno.stdin.read(buffer) !== null);
  Deno.exit(0);
}

// An unreferenced timer, because Deno runs the function only when preloaded modules have no pending work.
Deno.unrefTimer(setTimeout(exitWithGateway, 0));
