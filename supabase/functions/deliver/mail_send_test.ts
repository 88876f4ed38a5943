import { Api } from "../_helpdesk/api.ts";
import { equal } from "../_helpdesk/testing.ts";
import { sendWaiting } from "./deliveries.ts";
import type { Mail } from "./mail_payload.ts";
import type { MailResult } from "./mail_result.ts";
import { MailSender } from "./mail_send.ts";
import { PAYLOAD } from "./mail_testing.ts";

const PATH = "tickets/00000000-0000-4000-8000-000000000001/00000000-0000-4000-8000-000000000002";
const FILE = { name: "a.txt", type: "text/plain", path: PATH, size: 3 };
const SENT: MailResult = { outcome: "done", status: 250, answer: "ok", stampedId: "<s@x>", providerId: "p" };

interface Double {
  payload?: Record<string, unknown>;
  /** What a function of the database answers in its place. */
  refuses?: (name: string, count: number) => Response | null;
  file?: () => Response;
  send?: (mail: Mail, begins: () => Promise<void>) => Promise<MailResult>;
}

/** One mail waits; what was settled, and what happened in which order. */
async function round({ payload = {}, refuses = () => null, file = () => new Response("abc"), send }: Double) {
  const calls: string[] = [];
  const settled: Record<string, unknown>[] = [];
  const mails: Mail[] = [];
  const ask = ((address: string, init: RequestInit) => {
    const { pathname } = new URL(address);
    if (pathname.startsWith("/storage/")) {
      equal((init.headers as Record<string, string>).apikey, "s");
      calls.push("file");
      return Promise.resolve(file());
    }
    const name = pathname.split("/").at(-1)!;
    calls.push(name);
    const refused = refuses(name, calls.filter((one) => one === name).length);
    if (refused) return Promise.resolve(refused);
    const args = JSON.parse(init.body as string);
    if (name === "settle_delivery") settled.push(args);
    if (name !== "lease_deliveries") return Promise.resolve(Response.json(null));
    equal([args.kind, args.max_rows <= 4, args.lease_seconds], ["email", true, 600]);
    const isFirst = calls.filter((one) => one === name).length === 1;
    const leased = { delivery_id: "d", lease: "l", payload: { ...PAYLOAD, ...payload } };
    return Promise.resolve(Response.json(isFirst ? [leased] : []));
  }) as typeof fetch;
  const api = new Api({ url: "http://host", secretKey: "s", publicKey: "p" }, ask);
  const transport = {
    send: send ?? (async (mail: Mail, begins: () => Promise<void>) => {
      mails.push(mail);
      await begins();
      calls.push("sent");
      return SENT;
    }),
  };
  const sender = new MailSender(api, "http://host", transport, ask);
  const counts = await sendWaiting(api, api.system, "email", sender.send.bind(sender), () => false);
  return { calls: calls.filter((name) => name !== "lease_deliveries"), settled, mails, counts };
}

const lost = () => Response.json({ details: "helpdesk.lease_lost" }, { status: 409 });

Deno.test("a mail is sent with its files, after it is written down that it begins", async () => {
  const { calls, settled, mails, counts } = await round({ payload: { attachments: [FILE] } });
  equal(calls, ["file", "begin_sending", "sent", "settle_delivery"]);
  const { milliseconds: _, ...one } = settled[0]!;
  equal(one, {
    ...{ delivery_id: "d", lease: "l", outcome: "done", status: 250, answer: "ok", problem: null },
    ...{ retry_after_seconds: null, result: { stamped_id: "<s@x>", provider_id: "p" } },
  });
  equal(mails[0]!.files.map(({ name, content }) => [name, new TextDecoder().decode(content)]), [["a.txt", "abc"]]);
  equal([counts.done, counts.unknown], [1, 0]);
});

Deno.test("a file that was deleted is left out, and one that cannot be read keeps the mail back", async () => {
  const payload = { attachments: [FILE] };
  const gone = () => Response.json({ statusCode: "404", error: "not_found" }, { status: 400 });
  const found = await round({ payload, file: gone });
  equal([found.mails[0]!.files.length, found.counts.done], [0, 1]);
  for (const file of [() => new Response("abcd"), () => new Response("", { status: 500 })]) {
    const { settled, calls } = await round({ payload, file });
    equal([settled[0]!.outcome, calls.includes("begin_sending")], ["retry", false]);
  }
  for (const wrong of [{ ...FILE, path: "tickets/../../helpdesk-emails/x" }, { ...FILE, size: 20_000_000 }]) {
    equal((await round({ payload: { attachments: [wrong] } })).settled[0]!.outcome, "refused");
  }
});

Deno.test("a mail that another sender has is neither sent nor settled", async () => {
  const refuses = (name: string) => name === "begin_sending" ? lost() : null;
  const { calls, settled, counts } = await round({ refuses });
  equal([calls, settled.length, counts.lost], [["begin_sending"], 0, 1]);
});

Deno.test("a mail that cannot be written is refused, and a sender that fails leaves what may have happened", async () => {
  equal((await round({ payload: { to: [{ address: "a\r\nb@c.example" }] } })).settled[0]!.outcome, "refused");
  const before = await round({ send: () => Promise.reject(new RangeError()) });
  equal([before.settled[0]!.outcome, before.counts.retry], ["retry", 1]);
  const after = await round({
    send: async (_, begins) => {
      await begins();
      throw new RangeError();
    },
  });
  equal([after.settled[0]!.outcome, after.counts.unknown], ["unknown", 1]);
});

Deno.test("what was sent is written down although the database is away for a moment", async () => {
  const refuses = (name: string, count: number) =>
    name === "settle_delivery" && count === 1 ? new Response("", { status: 503 }) : null;
  const { calls, counts } = await round({ refuses });
  equal([calls.filter((name) => name === "settle_delivery").length, counts.done, counts.lost], [2, 1, 0]);
});
