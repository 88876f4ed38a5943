import { bindingProblem, parseJoin, parseReplay, withIds } from "./join_payload.ts";
import { assert, assertEquals } from "../testing.ts";

Deno.test("an empty payload joins a public channel with all options off", () => {
  for (const payload of [{}, null, "x", [], { config: null }, { config: { broadcast: 1, presence: [], private: 7 } }]) {
    const { presence, ...rest } = parseJoin(payload);
    assertEquals(rest, {
      isPrivate: false,
      ack: false,
      self: false,
      replicationReady: false,
      bindings: [],
      token: null,
    });
    assert(!presence.enabled && presence.key.length === 36, "a key is generated");
  }
});

Deno.test("true may be text in any case", () => {
  const config = {
    private: "TRUE",
    broadcast: { ack: "true", self: true, replication_ready: "True", replay: { since: 1 } },
    presence: { key: "me", enabled: "true" },
  };
  const request = parseJoin({ config });
  assertEquals([request.isPrivate, request.ack, request.self, request.replicationReady], [true, true, true, true]);
  assertEquals([request.presence, request.replay], [{ key: "me", enabled: true }, { since: 1 }]);
  assertEquals(parseJoin({ config: { private: "yes", broadcast: { ack: "false" } } }).isPrivate, false);
});

Deno.test("user_token wins over access_token; an opaque key counts as no token", () => {
  const token = (payload: unknown) => parseJoin(payload).token;
  assertEquals(token({ access_token: "a" }), "a");
  assertEquals(token({ access_token: "a", user_token: "u" }), "u");
  assertEquals(token({ access_token: "a", user_token: null }), "a");
  assertEquals(token({ access_token: "sb_publishable_x" }), null);
  assertEquals(token({ access_token: 1 }), null);
});

Deno.test("a replay needs a time, and has at most 25 messages", () => {
  assertEquals(parseReplay({ since: 5 }), { since: 5, limit: 25 });
  assertEquals(parseReplay({ since: 5, limit: 3 }), { since: 5, limit: 3 });
  assertEquals([parseReplay({ since: 5, limit: 0 })!.limit, parseReplay({ since: 5, limit: 99 })!.limit], [1, 25]);
  for (const asked of [{}, { since: "5" }, { since: 1.5 }, { since: 5, limit: "3" }, true]) {
    assertEquals(parseReplay(asked), null);
  }
});

Deno.test("bindings are returned unchanged, each with its id", () => {
  const bindings = [{ event: "*", schema: "public" }, { schema: "public", event: "*" }, {
    event: "INSERT",
    table: "T",
  }];
  const [one, same, other] = withIds(bindings);
  assertEquals(Object.keys(one!), ["event", "schema", "id"]);
  assertEquals(one!.id, same!.id);
  assert(one!.id !== other!.id && (one!.id as number) > 0 && Number.isInteger(other!.id), "ids are whole and differ");
  assertEquals(withIds([bindings[2]!])[0]!.id, other!.id);
});

Deno.test("invalid bindings are dropped", () => {
  assertEquals(parseJoin({ config: { postgres_changes: [null, {}, 1, [], { schema: "s" }] } }).bindings, [{}, {
    schema: "s",
  }]);
  assertEquals(parseJoin({ config: { postgres_changes: { schema: "s" } } }).bindings, []);
});

Deno.test("the error for table changes names the requested table", () => {
  const parameters = (binding: Record<string, unknown>) => bindingProblem(binding).replace(/^.*?: \[/s, "[");
  assertEquals(
    parameters({ event: "insert", schema: "public", table: "t" }),
    "[event: INSERT, schema: public, table: t, filters: [], select: nil]",
  );
  assertEquals(
    bindingProblem({ event: "odd", table: "t", filter: "id=eq.1" }),
    "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect " +
      'parameters: [event: *, schema: public, table: t, filters: [{"id", "eq", "1"}], select: nil]',
  );
  assert(bindingProblem({ event: "*" }).startsWith("No subscription params provided."), "neither schema nor table");
});
