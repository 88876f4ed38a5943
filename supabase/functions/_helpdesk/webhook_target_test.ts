import cases from "../../../tests/functions/webhook_targets.json" with { type: "json" };
import { equal, failure } from "./testing.ts";
import { addressesOf, isPublic, parseTarget, TargetError } from "./webhook_target.ts";

type UrlCase = { url: string; ok: boolean; host?: string; port?: number; path?: string; allow_loopback?: boolean };

Deno.test("URLs are judged as Python and the database judge them", () => {
  for (const one of cases.urls as UrlCase[]) {
    let found: Record<string, unknown>;
    try {
      const { host, port, path } = parseTarget(one.url, one.allow_loopback ?? false);
      found = { url: one.url, ok: true, host, port, path };
    } catch (error) {
      if (!(error instanceof TargetError) || !error.isUrl) throw error;
      found = { url: one.url, ok: false };
    }
    const { url, ok, host, port, path } = one;
    equal(found, ok ? { url, ok, host, port, path } : { url, ok });
  }
});

Deno.test("addresses are judged as Python and the database judge them", () => {
  for (const { address, public: expected } of cases.addresses) {
    equal([address, isPublic(address)], [address, expected]);
  }
  for (const text of cases.not_addresses) equal([text, isPublic(text)], [text, false]);
});

Deno.test("a name with one address that is not public has none", async () => {
  const target = parseTarget("https://example.com/");
  for (const { found, ok } of cases.answers) {
    const asked: string[] = [];
    const resolve = (host: string) => {
      asked.push(host);
      return Promise.resolve(found);
    };
    if (ok) equal(await addressesOf(target, resolve), found);
    else equal((await failure(TargetError, async () => await addressesOf(target, resolve))).isUrl, false);
    equal(asked, ["example.com"]);
  }
});

Deno.test("an address needs no name server, and this computer is itself", async () => {
  const nobody = () => Promise.reject(new Error("asked"));
  equal(await addressesOf(parseTarget("https://1.1.1.1/"), nobody), ["1.1.1.1"]);
  equal(await addressesOf(parseTarget("https://[2606:4700::1111]:8443/"), nobody), ["2606:4700::1111"]);
  equal(await addressesOf(parseTarget("http://localhost:9000/", true), nobody), ["127.0.0.1", "::1"]);
  equal(await addressesOf(parseTarget("http://[::1]:9000/", true), nobody), ["::1"]);
});
