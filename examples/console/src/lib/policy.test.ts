// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import POLICY from "../../public/policy.js?raw";

/** What the page's policy says when the script has read this configuration. */
async function policyFor(config: () => Promise<unknown>): Promise<string[]> {
  const fetch = vi.fn((_path: string) => Promise.resolve({ json: config }));
  new Function("fetch", POLICY)(fetch);
  await vi.waitFor(() => expect(document.head.children).not.toHaveLength(0));
  expect(fetch.mock.calls).toEqual([["/config.json"]]);
  return [...document.head.querySelectorAll<HTMLMetaElement>("meta")].map((meta) => {
    expect(meta.httpEquiv).toBe("Content-Security-Policy");
    return meta.content;
  });
}

beforeEach(() => document.head.replaceChildren());

it("permits pictures of the page and of the helpdesk, and of no other host", async () => {
  const said = await policyFor(() => Promise.resolve({ url: "https://x.supabase.co/some/path" }));
  expect(said).toEqual(["img-src 'self' data: blob: https://x.supabase.co "]);
});

it("permits the hosts that the configuration names", async () => {
  const imageHosts = "https://cdn.example https://img.example";
  const said = await policyFor(() => Promise.resolve({ url: "http://127.0.0.1:54321", imageHosts }));
  expect(said).toEqual([`img-src 'self' data: blob: http://127.0.0.1:54321 ${imageHosts}`]);
});

it.each([
  ["is no JSON", () => Promise.reject(new SyntaxError("no JSON"))],
  ["has no address", () => Promise.resolve({ imageHosts: "https://cdn.example" })],
  ["is nothing", () => Promise.resolve(null)],
])("permits no host at all when the configuration %s", async (_, config) => {
  expect(await policyFor(config)).toEqual(["img-src 'self' data: blob: "]);
});
