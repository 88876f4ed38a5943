import { Api } from "../_helpdesk/api.ts";
import { equal } from "../_helpdesk/testing.ts";
import { answer, BODY_BYTES_MAX } from "./inbox.ts";
import { KEPT_BYTES_MAX, PARSED_BYTES_MAX } from "./receiving.ts";
import { Storage } from "./storage.ts";

const KEY = "sb_secret_x";
const RAW = "From: Carla <carla@customer.example>\r\nTo: support@desk.example\r\n\r\nThe printer.\r\n";

interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

/** A project that keeps mails, whose answers a test may change. */
function project(answers: (asked: Asked) => Response | null = () => null, secrets: Record<string, string> = {}) {
  const asked: Asked[] = [];
  const send = (async (address: string, init: RequestInit) => {
    const path = new URL(address).pathname.replace(/^\/(rest\/v1\/rpc|storage\/v1\/object)\//, "");
    const text = init.body === undefined ? "{}" : await new Response(init.body).text();
    const one = { method: init.method!, path, body: text.startsWith("{") ? JSON.parse(text) : { text } };
    asked.push(one);
    const changed = answers(one);
    if (changed !== null) return changed;
    if (path === "receive_email") return Response.json({ inbound_id: "i1", is_new: true });
    if (path === "ingest_email") return Response.json({ outcome: "created" });
    if (path === "raw_emails_to_delete" || path === "lease_emails") return Response.json([]);
    return Response.json({});
  }) as typeof fetch;
  const api = new Api({ url: "http://host", secretKey: KEY, publicKey: "p" }, send);
  const work: Promise<unknown>[] = [];
  const inbox = {
    api,
    storage: new Storage("http://host", api, send),
    secretKey: KEY,
    secret: (name: string) => secrets[name],
    fetch: send,
    later: (one: Promise<unknown>) => void work.push(one),
  };
  const post = async (body: BodyInit, headers: Record<string, string> = {}, way = "") => {
    const init = { method: "POST", body, headers: { authorization: `Bearer ${KEY}`, ...headers } };
    const response = await answer(inbox, new Request(`http://host/email-in${way}`, init));
    return [response.status, await response.json()];
  };
  return {
    asked,
    post,
    paths: () => asked.map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{64}/, "HASH")}`),
    done: () => Promise.all(work),
  };
}

Deno.test("the bytes first, then the row, then the answer, then the rest", async () => {
  const { post, paths, asked, done } = project();
  const envelope = {
    "x-envelope-from": "carla@customer.example",
    "x-envelope-to": "support@desk.example, b@desk.example",
  };
  equal(await post(RAW, envelope), [200, { inbound_id: "i1", is_new: true }]);
  await done();
  equal(paths(), ["POST helpdesk-emails/emails/HASH.eml", "POST receive_email", "POST ingest_email"]);
  equal(asked[0]?.body.text, RAW);
  equal([asked[1]?.body.size, asked[1]?.body.envelope], [
    RAW.length,
    { from: "carla@customer.example", to: ["support@desk.example", "b@desk.example"] },
  ]);
  equal((asked[2]?.body.mail as { text: string }).text, "The printer.");
});

Deno.test("who waits is told the outcome, and only the secret key may", async () => {
  equal(await project().post(RAW, { prefer: "wait" }), [200, { inbound_id: "i1", is_new: true, outcome: "created" }]);
  // Without a secret of its own, the function takes nothing from others.
  equal((await project().post(RAW, { authorization: "Bearer other" }))[0], 503);
});

Deno.test("a secret that is none is named, and the sender tries again", async () => {
  const good = `whsec_${btoa("a secret of thirty-two bytes, ok")}`;
  for (const secret of ["secret", "whsec_c2hvcnQ=", `${good} whsec_`]) {
    const { post, asked } = project(undefined, { HELPDESK_EMAIL_SECRET: secret });
    const [status, body] = await post(RAW, { authorization: "", "webhook-signature": "v1,x" });
    equal([status, body.code, asked], [503, "not_set_up", []]);
    equal(body.message, "HELPDESK_EMAIL_SECRET is not whsec_ and at least 32 characters of base64");
  }
  const { post } = project(undefined, { HELPDESK_EMAIL_SECRET: good });
  equal((await post(RAW, { authorization: "", "webhook-signature": "v1,x" }))[0], 401);
});

Deno.test("a mail that came before changes nothing, and a large one is left to a worker", async () => {
  const again = project(({ path }) =>
    path === "receive_email" ? Response.json({ inbound_id: "i1", is_new: false }) : null
  );
  equal(await again.post(RAW), [200, { inbound_id: "i1", is_new: false }]);
  const large = project();
  equal((await large.post(RAW + "x".repeat(PARSED_BYTES_MAX)))[0], 200);
  for (const one of [again, large]) {
    await one.done();
    equal(one.paths().length, 2);
  }
});

Deno.test("a file that Storage has is kept already; any other refusal is 503, and makes no row", async () => {
  const there = project(({ path }) =>
    path.startsWith("helpdesk-emails") ? Response.json({ error: "Duplicate" }, { status: 400 }) : null
  );
  equal((await there.post(RAW))[0], 200);
  for (const status of [400, 401, 413, 500]) {
    const away = project(({ path }) => path.startsWith("helpdesk-emails") ? new Response("", { status }) : null);
    equal([(await away.post(RAW))[0], away.paths().length], [503, 1]);
  }
  const closed = project(({ path }) => path === "receive_email" ? new Response("", { status: 500 }) : null);
  equal((await closed.post(RAW))[0], 503);
});

Deno.test("a mail that cannot be decided on is kept, and its sender is not told", async () => {
  const away = project(({ path }) => path === "ingest_email" ? new Response("", { status: 500 }) : null);
  equal((await away.post(RAW))[0], 200);
  await away.done();
});

Deno.test("files are placed, and those of a package are left to a worker", async () => {
  const file = (type: string) =>
    `From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: ${type}; name="a.txt"\r\nContent-Disposition: attachment\r\n\r\nfile\r\n--b--\r\n`;
  const placed = project(({ path }) =>
    path === "place_email_files"
      ? Response.json([{ part: "1", attachment_id: "a1", key: "tickets/t/a1", content_type: "text/plain" }])
      : null
  );
  await placed.post(file("text/plain"));
  await placed.done();
  equal(placed.paths().slice(3), [
    "POST place_email_files",
    "POST helpdesk-attachments/tickets/t/a1",
    "POST finish_attachment",
    "POST finish_email_files",
    "POST /functions/v1/check-attachment",
  ]);
  equal(placed.asked[4]?.body.text, "file");
  const packed = project();
  await packed.post(file("application/ms-tnef"));
  await packed.done();
  equal(packed.paths().length, 3);
});

Deno.test("more than the limit is not read", async () => {
  const piece = new Uint8Array(1024 * 1024);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent++;
      controller.enqueue(piece);
    },
  });
  const { post, paths } = project();
  equal([(await post(endless))[0], paths().length], [413, 0]);
  equal(sent <= BODY_BYTES_MAX / piece.length + 5, true);
  equal((await post(new Uint8Array(KEPT_BYTES_MAX + 1)))[0], 413);
  equal(paths().length, 0);
});

Deno.test("what nobody has signed is not read", async () => {
  const secrets = {
    HELPDESK_EMAIL_SECRET: `whsec_${btoa("a secret of thirty-two bytes, ok")}`,
    HELPDESK_EMAIL_POSTMARK: "n:p",
    HELPDESK_EMAIL_SENDGRID: "n:p",
  };
  const { post, paths } = project(undefined, secrets);
  let sent = 0;
  for (
    const [way, status] of [["", 401], ["/postmark", 401], ["/sendgrid", 401], ["/mailgun", 503], [
      "/ses",
      503,
    ]] as const
  ) {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent++;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    equal((await post(body, { authorization: "Basic eDp5" }, way))[0], status);
  }
  // What a stream prepares by itself, and no more.
  equal([sent <= 5, paths().length], [true, 0]);
});

Deno.test("the sweep does what was left, tells what failed, and deletes what was redacted", async () => {
  const waiting = (id: string, size: number) => ({
    inbound_id: id,
    raw_key: `emails/${id}.eml`,
    size,
    outcome: null,
    attempts: 1,
    envelope: { to: ["support@desk.example"] },
  });
  const { post, paths, asked } = project(({ method, path }) => {
    if (path === "lease_emails") {
      return Response.json([waiting("i1", 10), waiting("i2", 10), waiting("i3", PARSED_BYTES_MAX + 1)]);
    }
    if (path === "raw_emails_to_delete") return Response.json(["emails/old.eml"]);
    if (method === "GET") return path.includes("i2") ? new Response("", { status: 404 }) : new Response(RAW);
    return null;
  });
  equal(await post("", {}, "/sweep"), [200, { done: 1, failed: 1, large: 1, deleted: 1 }]);
  equal(paths(), [
    "POST raw_emails_to_delete",
    "DELETE helpdesk-emails",
    "POST raw_emails_deleted",
    "POST lease_emails",
    "GET authenticated/helpdesk-emails/emails/i1.eml",
    "POST ingest_email",
    "GET authenticated/helpdesk-emails/emails/i2.eml",
    "POST postpone_email",
  ]);
  equal(asked[7]?.body, { inbound_id: "i2", problem: "Storage answered 404" });
  equal((await post("", { authorization: "" }, "/sweep"))[0], 401);
});
