// Runs the script of examples/embed_page.html in a browser made of what it needs, against answers that are given.
// Arguments: the page, and as JSON what each request for the stream is answered with, in turn:
// a status, or a list of what comes on a stream before it ends; after the last answer the customer closes the page.

const [page, given] = Deno.args;
const [, script] = (await Deno.readTextFile(page)).match(/<script>(.*)<\/script>/s);
const answers = JSON.parse(given);
const told = { states: [], pauses: [], asked: [], reads: 0, login: false };

const elements = {};
function element(id) {
  return elements[id] ??= {
    hidden: true,
    children: [],
    replaceChildren(...children) {
      this.children = children;
    },
    prepend() {},
    set textContent(text) {
      if (id === "state" && text !== told.states.at(-1)) told.states.push(text);
    },
  };
}

const json = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers });

function stream(parts) {
  return new Response(ReadableStream.from(parts.map((part) => new TextEncoder().encode(part))));
}

function answer(path) {
  if (path === "/tickets") return json(200, [{ number: 7, title: "Parcel is lost" }]);
  if (path === "/tickets/7") {
    told.reads++;
    return json(200, { number: 7, title: "Parcel is lost", status: "open", description: "", messages: [] });
  }
  const next = answers.shift();
  if (next === undefined || path.endsWith("over")) {
    console.log(JSON.stringify({ ...told, login: !element("login").hidden }));
    Deno.exit(0);
  }
  if (next === "broken") throw new TypeError("Failed to fetch");
  if (Array.isArray(next)) return stream(next);
  const [status, retryAfter] = String(next).split(" ");
  return json(Number(status), { detail: `told ${status}` }, retryAfter ? { "Retry-After": retryAfter } : {});
}

const browser = {
  document: { getElementById: element, createElement: element },
  location: { hash: "#7" },
  addEventListener() {},
  // deno-lint-ignore require-await
  fetch: async (path) => {
    told.asked.push(path);
    return answer(path);
  },
  setTimeout: (resume, milliseconds) => {
    told.pauses.push(milliseconds / 1000);
    setTimeout(resume, 1);
  },
};
new Function(...Object.keys(browser), script)(...Object.values(browser));
// It has stopped by itself, when nothing more is asked for.
setTimeout(() => answer("/tickets/7/events-are-over"), 1500);
