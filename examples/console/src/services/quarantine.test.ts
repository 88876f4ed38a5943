import { beforeEach, expect, it, vi } from "vitest";
import type { WaitingMail } from "../lib/quarantine.ts";

type Row = { inbound_id: string; received_at: string };
let rows: Row[] = [];
const asked: string[][] = [];
const rpc = vi.fn((_name: string, given: { inbound_ids: string[]; decision: string }) =>
  Promise.resolve({ data: given.inbound_ids.map((id) => answer(id)), error: null })
);
const answer = (id: string) =>
  id === "m7"
    ? { ok: false, error: { code: "PT409", message: "no", details: "helpdesk.not_quarantined" } }
    : { ok: true };

/** A request in the making: what was asked for is noted, and the rows behind the last place are its answer. */
function request() {
  const words: string[] = [];
  asked.push(words);
  let after = "";
  const chain: Record<string, unknown> = {};
  for (const name of ["select", "filter", "or", "order", "limit"]) {
    chain[name] = (...given: unknown[]) => {
      words.push(`${name} ${given.filter((one) => typeof one !== "object").join(" ")}`);
      if (name === "or") after = /inbound_id\.gt\.(\w+)/.exec(String(given[0]))![1]!;
      if (name !== "limit") return chain;
      const start = after === "" ? 0 : rows.findIndex((row) => row.inbound_id === after) + 1;
      return Promise.resolve({ data: rows.slice(start, start + Number(given[0])), error: null });
    };
  }
  return chain;
}
vi.mock("./supabase.ts", () => ({
  client: () => ({ from: request, rpc }),
  call: async (given: Promise<{ data: unknown }>) => (await given).data,
}));
vi.mock("./tickets.ts", () => ({ listTicketsById: () => Promise.resolve([]) }));
const { countQuarantined, decideMany, listMatching } = await import("./quarantine.ts");

const mails = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ inbound_id: `m${index}`, received_at: "2026-11-29T08:00:00+00:00" }));
const waiting = (count: number) => mails(count) as unknown as WaitingMail[];

beforeEach(() => {
  asked.length = 0;
  rpc.mockClear();
});

it("reads all that match, a page behind the other, without their texts", async () => {
  rows = mails(2_300);
  const found = await listMatching({ sender: "bomb.example" });
  expect(found.map(({ inbound_id }) => inbound_id)).toEqual(rows.map(({ inbound_id }) => inbound_id));
  expect(asked).toHaveLength(3);
  expect(asked[1]).toEqual([
    "select inbound_id,from_address,subject,ticket_id,received_at",
    "filter outcome eq quarantined",
    "filter from_address like %@bomb.example",
    'or received_at.gt."2026-11-29T08:00:00+00:00",and(received_at.eq."2026-11-29T08:00:00+00:00",inbound_id.gt.m999)',
    "order received_at",
    "order inbound_id",
    "limit 1000",
  ]);
});

it("asks once more when a page is full, and ends", async () => {
  rows = mails(1_000);
  expect(await listMatching({})).toHaveLength(1_000);
  expect(asked).toHaveLength(2);
});

it("counts to a hundred", async () => {
  rows = mails(2_300);
  expect([await countQuarantined(), asked.length]).toEqual([100, 1]);
});

it("decides on 200 in a request, tells of each as it is done, and stops when it is told to", async () => {
  const told: (string | null)[][] = [];
  await decideMany(waiting(450), "spam", (some) => {
    told.push(some.map(({ problem }) => problem?.reason ?? null));
    return told.length < 2;
  });
  expect(rpc.mock.calls.map(([name, { inbound_ids, decision }]) => [name, inbound_ids.length, decision])).toEqual([
    ["decide_quarantined", 200, "spam"],
    ["decide_quarantined", 200, "spam"],
  ]);
  expect(told[0]?.filter((reason) => reason !== null)).toEqual(["not_quarantined"]);
  expect(told.map((some) => some.length)).toEqual([200, 200]);
});
