/**
 * For each request, lite looks up the token's login and its session. The Data API then ignores the result and verifies
 * the token itself, as PostgREST does, which asks nobody. This shim leaves the two look-ups out for the Data API.
 */

import { AsyncLocalStorage } from "node:async_hooks";

const LOOKUP = /^select \* from "auth"\."(?:users|sessions)" where "id" = \$1$/;
const inDataApi = new AsyncLocalStorage<boolean>();

/** Serve a request of the Data API. */
export function withoutLookups<T>(serve: () => Promise<T>): Promise<T> {
  return inDataApi.run(true, serve);
}

/** Whether a statement looks up a login or a session for a request of the Data API. */
export function isUnusedLookup(text: string): boolean {
  return inDataApi.getStore() === true && LOOKUP.test(text);
}
