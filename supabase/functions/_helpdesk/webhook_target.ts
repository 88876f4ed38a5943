/**
 * Where a webhook may go: which URLs, and which addresses. `helpdesk_sdk/delivery/targets.py` has the same rules.
 *
 * A name is resolved once, and the request goes to the address that was looked at: a name that leads elsewhere a moment
 * later leads nowhere.
 */

/** A webhook may not go there. The sentence names no address: the inside of a network is nobody's business. */
export class TargetError extends Error {
  override name = "TargetError";

  constructor(
    message: string,
    /** Whether the URL itself is to blame, so that another attempt ends the same. */
    readonly isUrl: boolean,
  ) {
    super(message);
  }
}

export interface Target {
  scheme: string;
  /** The name in the certificate, or an address without brackets. */
  host: string;
  port: number;
  /** Path and query. */
  path: string;
  /** What the header `Host` says. */
  authority: string;
  /** Whether it is on this computer, which somebody has permitted. */
  isLoopback: boolean;
}

export type Resolve = (host: string) => Promise<string[]>;

const URL_PARTS =
  /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?([/?][\]!$%&'()*+,./0-9:;=?@A-Z[_a-z~-]*)?$/i;
const USER = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i;
const ADDRESS = /^(\[.*\]|[0-9]{1,3}(\.[0-9]{1,3}){3})$/;
const NAME = /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const NOT_PUBLIC = /(^|\.)(local|internal|localhost)$/;
const LOOPBACK: Readonly<Record<string, readonly string[]>> = {
  "localhost": ["127.0.0.1", "::1"],
  "127.0.0.1": ["127.0.0.1"],
  "[::1]": ["::1"],
};
/** Of a name with many addresses only the first are tried. */
const ADDRESSES_MAX = 4;

/**
 * What the registries of special addresses list as not global, and multicast. Of IPv6 only what is given to the public,
 * without the ranges that carry an IPv4 address or that lead nowhere. The database has the same lists.
 */
const CLOSED_V4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/3"],
].map(network);
const OPEN_V6 = network("2000::/3");
const CLOSED_V6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].map(network);

interface Network {
  bits: bigint;
  /** How many low bits are not looked at. */
  free: bigint;
}

function network(text: string): Network {
  const [address, length] = text.split("/") as [string, string];
  const { bits, size } = parseAddress(address)!;
  return { bits, free: BigInt(size - Number(length)) };
}

const isIn = (bits: bigint, { bits: first, free }: Network) => bits >> free === first >> free;

/** Look at a URL. @throws TargetError when no webhook may go there */
export function parseTarget(url: string, allowLoopback = false): Target {
  if (USER.test(url)) throw new TargetError("The URL must not contain a user name or a password", true);
  const parts = URL_PARTS.exec(url);
  // Without the flag m, `$` is the end of the text alone.
  if (parts === null || url.length > 2000) {
    throw new TargetError("The URL must be a plain address like https://example.com/hooks", true);
  }
  const scheme = parts[1]!.toLowerCase();
  const written = parts[2]!.toLowerCase();
  const port = parts[3] === undefined ? (scheme === "https" ? 443 : 80) : Number(parts[3]);
  const path = parts[4] ?? "/";
  const target = {
    scheme,
    host: written.replace(/^\[|\]$/g, ""),
    port,
    path: path.startsWith("/") ? path : `/${path}`,
    authority: parts[3] === undefined ? written : `${written}:${port}`,
    isLoopback: allowLoopback && Object.hasOwn(LOOPBACK, written),
  };
  const problem = target.isLoopback ? portProblem(port) : urlProblem(target, written);
  if (problem !== null) throw new TargetError(`The URL ${problem}`, true);
  return target;
}

function portProblem(port: number): string | null {
  return port >= 1 && port <= 65535 ? null : "must have a port between 1 and 65535";
}

function urlProblem({ scheme, host, port }: Target, written: string): string | null {
  if (scheme !== "https") return "must begin with https://";
  if (port !== 443 && port !== 8443) return "must use port 443 or 8443";
  if (ADDRESS.test(written)) return isPublic(host) ? null : "must not lead to a private or reserved address";
  if (NOT_PUBLIC.test(host)) return "must not lead to a name that is not public";
  // The last part begins with a letter: other ways to write an IPv4 address do not.
  return host.length <= 253 && NAME.test(host) ? null : "must have a full host name like hooks.example.com";
}

/** The addresses to connect to, after a look at each of them. @throws TargetError */
export async function addressesOf(target: Target, resolve: Resolve = resolveName): Promise<readonly string[]> {
  if (target.isLoopback) return LOOPBACK[target.host] ?? LOOPBACK[`[${target.host}]`]!;
  if (parseAddress(target.host) !== null) return [target.host];
  const found = await resolve(target.host);
  if (found.length === 0) throw new TargetError(`The name ${target.host} has no address`, false);
  if (!found.every(isPublic)) {
    throw new TargetError(`The name ${target.host} leads to a private or reserved address`, false);
  }
  return [...new Set(found)].slice(0, ADDRESSES_MAX);
}

/** Whether an address is one of the public internet. */
export function isPublic(address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === null) return false;
  const { bits, size } = parsed;
  if (size === 32) return !CLOSED_V4.some((closed) => isIn(bits, closed));
  return isIn(bits, OPEN_V6) && !CLOSED_V6.some((closed) => isIn(bits, closed));
}

/** The bits of an address; null when the text is none. */
function parseAddress(text: string): { bits: bigint; size: 32 | 128 } | null {
  const v4 = parseV4(text);
  if (v4 !== null) return { bits: v4, size: 32 };
  if (!/^[0-9a-f:.]{2,45}$/i.test(text)) return null;
  // An IPv4 address at the end is two groups.
  const tail = /^(.*:)([0-9.]+\.[0-9.]+)$/.exec(text);
  const low = tail === null ? null : parseV4(tail[2]!);
  if (tail !== null && low === null) return null;
  const plain = low === null ? text : `${tail![1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const halves = plain.split("::");
  if (halves.length > 2) return null;
  const [head, end] = halves.map((half) => half === "" ? [] : half.split(":")) as [string[], string[] | undefined];
  const missing = 8 - head.length - (end?.length ?? 0);
  if (end === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array(missing).fill("0"), ...(end ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return { bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n), size: 128 };
}

function parseV4(text: string): bigint | null {
  const parts = text.split(".");
  // A leading zero would be octal to some programs.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)) {
    return null;
  }
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

/** The addresses that the name servers have for a name, IPv4 first. */
async function resolveName(host: string): Promise<string[]> {
  const found = await Promise.all((["A", "AAAA"] as const).map(async (type) => {
    try {
      return await Deno.resolveDns(host, type);
    } catch {
      // No such record, or no answer: the other kind decides.
      return [];
    }
  }));
  return found.flat();
}
