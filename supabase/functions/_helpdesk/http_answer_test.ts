import { HttpError, readAnswer } from "./http_answer.ts";
import { equal, failure } from "./testing.ts";

/** A connection that gives these bytes, so many at a time, and then ends as it should or breaks. */
function connection(text: string, most: number, end: Error | null = null) {
  let bytes = new TextEncoder().encode(text);
  return {
    read: (room: Uint8Array) => {
      if (bytes.length === 0) return end === null ? Promise.resolve(null) : Promise.reject(end);
      const piece = bytes.subarray(0, Math.min(most, room.length));
      bytes = bytes.subarray(piece.length);
      room.set(piece);
      return Promise.resolve(piece.length);
    },
    left: () => bytes.length,
  };
}

async function read(text: string, most: number, end: Error | null = null) {
  let [status, body, size, seen] = [0, "", 0, new Headers()];
  const from = connection(text, most, end);
  await readAnswer(from, {
    onHead: (found, headers) => [status, seen] = [found, headers],
    onBody: (piece) => {
      size += piece.length;
      body += new TextDecoder().decode(piece);
    },
  });
  return { status, body, size, headers: seen, left: from.left() };
}

Deno.test("an answer is read however it is cut, and with each kind of length", async () => {
  const answers = [
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood and more",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n2;x=y\r\nod\r\n0\r\n\r\n",
    "HTTP/1.0 200 OK\r\nServer: old\r\n\r\ngood",
    "HTTP/1.1 200 OK\nContent-Length: 4\n\ngood",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nContent-Length: 4\r\n\r\ngood",
  ];
  for (const answer of answers) {
    for (const most of [1, 3, 10_000]) {
      const { status, body } = await read(answer, most);
      equal([answer, status, body], [answer, 200, "good"]);
    }
  }
  equal((await read("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nxxxx", 5)).body, "");
});

Deno.test("what is no HTTP, or has a head without end, is none", async () => {
  const wrong = [
    "",
    "\r\n\r\n",
    "ICY 200 OK\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 600 No\r\n\r\n",
    "HTTP/1.1 2000 No\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "HTTP/1.1 200 OK\r\n name: folded\r\n\r\n",
    "HTTP/1.1 200 OK\r\nname: \0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nname: value",
    `HTTP/1.1 200 OK\r\nname: ${"a".repeat(9_000)}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\n${`name: ${"a".repeat(1_000)}\r\n`.repeat(40)}\r\n`,
    "HTTP/1.1 100 Continue\r\n\r\n".repeat(2_000),
  ];
  for (const answer of wrong) await failure(HttpError, () => read(answer, 4_000));
});

Deno.test("64 kB of a body are read, and a body that breaks changes no status", async () => {
  const { size, left } = await read(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(300_000)}`, 16_384);
  equal([size, left > 200_000], [65_536, true]);
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  equal((await read(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(4)}`, 16_384)).size, 65_536);
  const broken = [
    "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\ngood",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\nnonsense\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\ngood",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood",
  ];
  for (const answer of broken) equal((await read(answer, 7)).body, "good");
});

Deno.test("a peer that ends TLS without saying so has ended", async () => {
  const end = new Deno.errors.UnexpectedEof("no close_notify");
  equal((await read("HTTP/1.1 200 OK\r\n\r\ngood", 5, end)).body, "good");
});
