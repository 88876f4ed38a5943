/**
 * Loaded before an edge function: gives it the parts of Supabase's runtime that Deno lacks, and ends it when the
 * gateway is gone, however that died.
 */

const runtime = {
  waitUntil<T>(promise: Promise<T>): Promise<T> {
    promise.catch((error) => console.error("EdgeRuntime.waitUntil:", error));
    return promise;
  },
};

Object.assign(globalThis, { EdgeRuntime: runtime });

async function endWithTheGateway(): Promise<void> {
  const buffer = new Uint8Array(64);
  while (await Deno.stdin.read(buffer) !== null);
  Deno.exit(0);
}

// A timer that counts for nothing: Deno runs the function only when nothing loaded before it is still busy.
Deno.unrefTimer(setTimeout(endWithTheGateway, 0));
