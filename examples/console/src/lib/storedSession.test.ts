import { afterEach, expect, it } from "vitest";
import { readStoredSession, sessionKey } from "./storedSession.ts";

const KEY = "sb_publishable_12345678";
const later = () => Math.floor(Date.now() / 1000) + 3600;
const store = (value: unknown) => localStorage.setItem(sessionKey(KEY), JSON.stringify(value));

afterEach(() => localStorage.clear());

it("is the token and the login", () => {
  store({ access_token: "t", expires_at: later(), user: { id: "u" } });
  expect(readStoredSession(KEY)).toEqual({ accessToken: "t", loginId: "u" });
  expect(readStoredSession("sb_publishable_87654321")).toBeNull();
});

it.each([
  ["has ended", { access_token: "t", expires_at: later() - 7200, user: { id: "u" } }],
  ["is about to end", { access_token: "t", expires_at: later() - 3600 + 60, user: { id: "u" } }],
  ["has no person", { access_token: "t", expires_at: later() }],
  ["has no token", { expires_at: later(), user: { id: "u" } }],
  ["has no end", { access_token: "t", user: { id: "u" } }],
  ["is no session", 7],
])("is null when it %s", (_, value) => {
  store(value);
  expect(readStoredSession(KEY)).toBeNull();
});

it("is null when the storage holds no JSON", () => {
  localStorage.setItem(sessionKey(KEY), "{");
  expect(readStoredSession(KEY)).toBeNull();
});
