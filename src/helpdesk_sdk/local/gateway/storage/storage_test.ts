import { contentDisposition, parseRange } from "./downloads.ts";
import { StorageError } from "./errors.ts";
import { contentOf, ObjectFiles, parseSize } from "./files.ts";
import { checkKey, sign, verify } from "./keys.ts";
import { findRoute } from "./routes.ts";
import { admitsType, incomingFile } from "./upload_body.ts";
import { assert, assertEquals } from "../testing.ts";

async function errorOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return error instanceof StorageError ? error.error : String(error);
  }
  return "none";
}

Deno.test("ranges are inclusive, may be open at either end, and are cut to the file size", async () => {
  assertEquals(parseRange("bytes=0-3", 10), { start: 0, end: 3 });
  assertEquals(parseRange("bytes=8-99", 10), { start: 8, end: 9 });
  assertEquals(parseRange("bytes=8-", 10), { start: 8, end: 9 });
  assertEquals(parseRange("bytes=-2", 10), { start: 8, end: 9 });
  assertEquals(parseRange("bytes=-99", 10), { start: 0, end: 9 });
  for (const header of ["bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=x-y", null]) {
    assertEquals(parseRange(header, 10), null, String(header));
  }
  for (const [header, size] of [["bytes=10-", 10], ["bytes=-0", 10], ["bytes=0-", 0]] as const) {
    assertEquals(await errorOf(() => parseRange(header, size)), "InvalidRange", header);
  }
});

Deno.test("a download's name is data: quotes, line ends and scripts stay inside its encoding", () => {
  assertEquals(contentDisposition(""), "attachment;");
  assertEquals(contentDisposition("a b.txt"), "attachment; filename=a%20b.txt; filename*=UTF-8''a%20b.txt;");
  const hostile = contentDisposition("ä\"\r\nset-cookie: x=(1)'*.html");
  assert(/^attachment; filename=[\w%.-]+; filename\*=UTF-8''[\w%.-]+;$/.test(hostile), hostile);
});

Deno.test("keys that leave their bucket, hold control characters or are too long are refused", async () => {
  for (
    const key of ["../x", "a/../b", "a/..", ".", "/a", "", "a\0b", "a\nb", "\ud800", "x".repeat(1025), "ä".repeat(600)]
  ) {
    assertEquals(await errorOf(() => checkKey(key)), "InvalidKey", key.slice(0, 20));
  }
  for (const key of ["a", "a..b", "a/b.c", "ä".repeat(500), "x".repeat(1024)]) checkKey(key);
});

Deno.test("a token is for one object and one purpose", async () => {
  const secret = "x".repeat(40);
  const download = await sign({ intent: "download", url: "b/k" }, 60, secret);
  const upload = await sign({ intent: "upload", url: "b/k", owner: null, upsert: false }, 60, secret);
  assertEquals((await verify(download, "download", "b/k", secret)).permit.url, "b/k");
  assertEquals(await errorOf(() => verify(download, "download", "b/other", secret)), "InvalidSignature");
  assertEquals(await errorOf(() => verify(upload, "download", "b/k", secret)), "InvalidSignature");
  assertEquals(await errorOf(() => verify(download, "upload", "b/k", secret)), "InvalidSignature");
  assertEquals(await errorOf(() => verify(download, "download", "b/k", "y".repeat(40))), "InvalidJWT");
  assertEquals(await errorOf(() => verify(null, "download", "b/k", secret)), "InvalidJWT");
  const expired = await sign({ intent: "download", url: "b/k" }, -1, secret);
  assertEquals(await errorOf(() => verify(expired, "download", "b/k", secret)), "InvalidJWT");
});

Deno.test("a bucket admits types by name and by kind, without their parameters", () => {
  assertEquals(admitsType(null, "anything"), true);
  assertEquals(admitsType([], "a/b"), true);
  assertEquals(admitsType(["image/*", "text/plain"], "image/png"), true);
  assertEquals(admitsType(["image/*", "text/plain"], "TEXT/plain; charset=utf-8"), true);
  assertEquals(admitsType(["image/*", "text/plain"], "text/html"), false);
  assertEquals(admitsType(["image/*"], "image"), false);
});

Deno.test("a longer path is an object's, and methods differ", () => {
  assertEquals(findRoute("GET", "/object/b/sign/x")?.key, "sign/x");
  assertEquals(findRoute("POST", "/object/upload/sign/b/k")?.action, "sign-upload");
  assertEquals(findRoute("POST", "/object/sign/b")?.action, "sign-many");
  assertEquals(findRoute("GET", "/object/info/b/k")?.action, "info");
  assertEquals(findRoute("GET", "/bucket"), null);
  assertEquals(findRoute("PATCH", "/object/b/k"), null);
});

Deno.test("sizes of config.toml are read", () => {
  assertEquals([parseSize("50MiB"), parseSize("20MB"), parseSize("1.5 kb"), parseSize("7")], [52428800, 2e7, 1500, 7]);
  let refused = false;
  try {
    parseSize("much");
  } catch {
    refused = true;
  }
  assertEquals(refused, true);
});

Deno.test("a file is received, kept, read in part and removed; a broken one leaves nothing", async () => {
  const root = await Deno.makeTempDir();
  const files = new ObjectFiles(root);
  const chunks = async function* () {
    yield new Uint8Array([1, 2, 3]);
    yield new Uint8Array([4, 5]);
  };
  const received = await files.receive(chunks(), 5);
  assertEquals([received.size, received.etag], [5, '"7cfdd07889b3295d6a550914ab35e068"']);
  const version = crypto.randomUUID();
  await files.keep(received, version);
  const { file, size } = await files.open(version);
  assertEquals(size, 5);
  assertEquals([...new Uint8Array(await new Response(contentOf(file, 1, 3)).arrayBuffer())], [2, 3, 4]);
  const given = await files.open(version);
  await contentOf(given.file, 0, 4).cancel();
  await files.remove([version, null, "../../etc/passwd"]);
  for (const unknown of [version, "../x", null]) {
    assert((await errorOf(() => files.open(unknown))).startsWith("NotFound"), String(unknown));
  }
  assertEquals(await errorOf(() => files.receive(chunks(), 4)), "Payload too large");
  const broken = async function* () {
    yield new Uint8Array([1]);
    await Promise.resolve();
    throw new Error("gone");
  };
  assertEquals(await errorOf(() => files.receive(broken(), 9)), "Error: gone");
  assertEquals([...Deno.readDirSync(`${root}/incoming`)].length, 0);
  await Deno.remove(root, { recursive: true });
});

Deno.test("a form that ends early is refused, whenever its end is noticed", async () => {
  const part = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc';
  const form = (body: BodyInit | null, type = "multipart/form-data; boundary=x") =>
    new Request("http://x/", { method: "POST", headers: { "content-type": type }, body });
  for (const wait of [0, 20]) {
    const { content } = await incomingFile(form(part));
    await new Promise((resolve) => setTimeout(resolve, wait));
    assertEquals(await errorOf(() => Array.fromAsync(content)), "InvalidRequest");
  }
  for (const request of [form("--x--\r\n"), form("nonsense"), form(null), form(part, "multipart/form-data")]) {
    assertEquals(await errorOf(() => incomingFile(request)), "InvalidRequest");
  }
});

Deno.test("a form's fields set the type, the cache time and the metadata", async () => {
  const form = new FormData();
  form.append("cacheControl", "60");
  form.append("metadata", '{"a": 1}');
  form.append("file", new Blob(["abc"], { type: "image/png" }), "a.png");
  const file = await incomingFile(new Request("http://x/", { method: "POST", body: form }));
  assertEquals([file.type, file.cacheControl, file.userMetadata], ["image/png", "max-age=60", { a: 1 }]);
  assertEquals(await new Response(ReadableStream.from(file.content)).text(), "abc");
});
