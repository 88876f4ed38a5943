/**
 * The built console on loopback, with the headers that a host should send.
 *
 *     deno run --allow-net=127.0.0.1 --allow-read serve.ts --dist dist --port 4173 --url http://… --key sb_publishable_…
 */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { cacheControl, isFile, securityHeaders } from "./csp.ts";

export type ServeOptions = {
  /** The folder that the build wrote. */
  dist: string;
  /** The helpdesk; by default the config.json in `dist`. */
  config?: { url: string; key: string };
  /** By default any free port. */
  port?: number;
  /** What a path answers instead of its file; undefined for the file. */
  instead?: (path: string) => Response | undefined;
};

export type Server = { url: string; close: () => Promise<void> };

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

/** As hosts compress on the way: quickly, rather than as well as can be. */
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const PACKERS = {
  br: async (bytes: Uint8Array) => new Uint8Array(await promisify(brotliCompress)(bytes, FAST)),
  gzip: async (bytes: Uint8Array) => new Uint8Array(await promisify(gzip)(bytes)),
};
const ENCODINGS = ["br", "gzip"] as const;

/** Serve the console until `close()`. */
export function serve({ dist, config, port = 0, instead }: ServeOptions): Server {
  const made = config ?? JSON.parse(Deno.readTextFileSync(`${dist}/config.json`));
  const headers = securityHeaders(new URL(made.url).origin);
  const packed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  async function answer(path: string, accepted: string[]): Promise<Response> {
    const own = instead?.(path);
    if (own) return own;
    if (path === "/config.json") return Response.json(made);
    // Every page is the same file; the router reads the address.
    const file = isFile(path) ? path : "/index.html";
    const type = TYPES[file.slice(file.lastIndexOf(".") + 1)];
    const body = type ? await Deno.readFile(dist + file).catch(() => null) : null;
    if (!body) return new Response("Not found", { status: 404 });
    const encoding = ENCODINGS.find((one) => accepted.includes(one));
    // Pictures are small already.
    const isSmall = /^(image\/png|font)/.test(type!);
    if (!encoding || isSmall) return new Response(body, { headers: { "Content-Type": type! } });
    // The names of files in /assets/ change with their content.
    const sent = packed.get(encoding + path) ?? PACKERS[encoding](body);
    if (path.startsWith("/assets/")) packed.set(encoding + path, sent);
    const headers = { "Content-Type": type!, "Content-Encoding": encoding, Vary: "Accept-Encoding" };
    return new Response(await sent, { headers });
  }
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
    if (!["GET", "HEAD"].includes(request.method)) return new Response("Only GET", { status: 405 });
    // The address is parsed: `..` cannot leave the folder.
    const path = new URL(request.url).pathname;
    const response = await answer(path, request.headers.get("accept-encoding")?.split(/[,;\s]+/) ?? []);
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    response.headers.set("Cache-Control", cacheControl(path));
    return response;
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
}

function option(name: string): string | undefined {
  const place = Deno.args.indexOf(`--${name}`);
  return place < 0 ? undefined : Deno.args[place + 1];
}

if (import.meta.main) {
  const [url, key] = [option("url"), option("key")];
  try {
    const started = serve({
      dist: option("dist") ?? "dist",
      config: url && key ? { url, key } : undefined,
      port: Number(option("port") ?? 4173),
    });
    console.log(started.url);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    console.error(`Another program listens on port ${option("port") ?? 4173}.`);
    Deno.exit(3);
  }
}
