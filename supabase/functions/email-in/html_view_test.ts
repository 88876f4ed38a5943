import { Api } from "../_helpdesk/api.ts";
import { equal } from "../_helpdesk/testing.ts";
import { asksForHtml, viewHtml } from "./html_view.ts";
import { PARSED_BYTES_MAX } from "./receiving.ts";
import { Storage } from "./storage.ts";

const ID = "0198c7a0-0000-7000-8000-000000000001";
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const RAW = [
  "From: a@b.example",
  "Content-Type: multipart/related; boundary=b",
  "",
  "--b",
  "Content-Type: text/html",
  "",
  '<p>Hello<script>x()</script><img src="cid:logo"><img src="cid:none"><img src="https://a.example/pixel"></p>',
  "--b",
  "Content-Type: image/png",
  "Content-ID: <logo>",
  "Content-Transfer-Encoding: base64",
  "",
  PNG,
  "--b--",
  "",
].join("\r\n");

/** What the function answers, with this mail in a project that knows it. */
async function view(query: string, given: Record<string, unknown> = {}, raw: BodyInit | null = RAW, token = "t") {
  const asked: string[] = [];
  const send = ((address: string, init: RequestInit) => {
    const path = new URL(address).pathname;
    const headers = new Headers(init.headers);
    asked.push([init.method, path, headers.get("authorization"), init.body].join(" "));
    if (path.endsWith("/original_email")) {
      if (given.status) return Promise.resolve(Response.json(given.body, { status: given.status as number }));
      const mail = { inbound_id: ID, raw_key: "emails/x.eml", size: 10, has_html: true, shown: ["1"], html: null };
      const known = { ...mail, ...given };
      return Promise.resolve(Response.json(known));
    }
    return Promise.resolve(raw === null ? new Response("", { status: 404 }) : new Response(raw));
  }) as typeof fetch;
  const api = new Api({ url: "http://host", secretKey: "sb_secret_x", publicKey: "p" }, send);
  const headers: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
  const request = new Request(`http://host/email-in/html?${query}`, { headers });
  equal(asksForHtml(request), true);
  const response = await viewHtml({ api, storage: new Storage("http://host", api, send) }, request);
  return { status: response.status, body: await response.json(), headers: response.headers, asked };
}

Deno.test("the database is asked as the caller, and Storage with the project's key", async () => {
  const { status, body, headers, asked } = await view(`message=${ID}`);
  equal([status, headers.get("cache-control"), headers.get("content-type")], [200, "no-store", "application/json"]);
  equal(asked, [
    `POST /rest/v1/rpc/original_email Bearer t {"message_id":"${ID}"}`,
    "GET /storage/v1/object/authenticated/helpdesk-emails/emails/x.eml Bearer sb_secret_x ",
  ]);
  const { html, ...counts } = body;
  equal(counts, {
    inbound_id: ID,
    has_html: true,
    shows_remote_images: false,
    remote_images: 1,
    inline_images: 1,
    missing_images: 1,
    is_cut: false,
  });
  equal(html.includes(`<p>Hello<img src="data:image/png;base64,${PNG}" /><img /><img /></p>`), true);
  equal(/script|example/.test(html), false);
  equal(/img-src data:; /.test(html), true);
});

Deno.test("pictures of others on request, in the document and in its policy", async () => {
  const { body, asked } = await view(`ticket=${ID}&images=1`);
  equal([body.remote_images, body.shows_remote_images], [1, true]);
  equal(body.html.includes('<img src="https://a.example/pixel" />'), true);
  equal(/img-src data: https: http:; /.test(body.html), true);
  equal(asked[0]?.includes(`{"ticket_id":"${ID}"}`), true);
});

Deno.test("a picture whose file waits for its check, or was deleted, is missing", async () => {
  for (const shown of [[], ["2"]]) {
    const { body } = await view(`message=${ID}`, { shown });
    equal([body.inline_images, body.missing_images, body.html.includes(PNG)], [0, 2, false]);
  }
});

Deno.test("without HTML there is none, and Storage is not asked", async () => {
  const known = await view(`email=${ID}`, { has_html: false });
  equal([known.body.html, known.body.has_html, known.asked.length], [null, false, 1]);
  const unknown = await view(`email=${ID}`, { has_html: null }, "From: a@b.example\r\n\r\ntext");
  equal([unknown.body.html, unknown.body.has_html, unknown.asked.length], [null, false, 2]);
});

Deno.test("of a large mail the database has the HTML, and pictures of the mail are missing", async () => {
  const large = { size: PARSED_BYTES_MAX + 1 };
  const { body, asked } = await view(`email=${ID}`, { ...large, html: '<b>x</b><img src="cid:logo">' });
  equal([body.html.includes("<b>x</b><img />"), body.missing_images, asked.length], [true, 1, 1]);
  const waiting = await view(`email=${ID}`, { ...large, has_html: null });
  equal([waiting.body.html, waiting.body.has_html], [null, null]);
});

Deno.test("what cannot be answered, and why", async () => {
  const seen = async (...args: Parameters<typeof view>) => {
    const { status, body, asked } = await view(...args);
    return [status, body.details ?? body.code, asked.length];
  };
  equal(await seen(`message=${ID}`, {}, RAW, ""), [401, "no_token", 0]);
  for (const query of ["", "message=x", `message=${ID}&ticket=${ID}`, `message=${ID}&images=2`, `note=${ID}`]) {
    equal(await seen(query), [400, "helpdesk.invalid_value", 0], query);
  }
  equal(await seen(`message=${ID}`, {}, null), [410, "helpdesk.email_removed", 2]);
  const refused = { status: 404, body: { code: "PT404", details: "helpdesk.email_not_found", message: "No." } };
  equal(await seen(`message=${ID}`, refused), [404, "helpdesk.email_not_found", 1]);
});

Deno.test("a small picture that is named often does not become a large answer", async () => {
  const line = '<img src="cid:logo">';
  const picture = `${PNG.slice(0, -4)}AAAA`.repeat(1);
  const bytes = atob(picture).length + 1_000_000;
  const raw = RAW.replace(/<p>.*<\/p>/, line.repeat(50)).replace(PNG, PNG + "\r\n" + "AAAA".repeat(bytes / 3));
  const { body } = await view(`email=${ID}`, {}, raw);
  equal([body.inline_images + body.missing_images, body.inline_images < 10, body.html.length < 10_000_000], [
    50,
    true,
    true,
  ]);
});
