const HOST = /(?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+/u;

/** Whether the text of a link looks like an address at another host than the one it leads to. */
export function namesOtherHost(text: string, host: string): boolean {
  // What stands before an @ is a name, which may look like a host.
  const address = text.trim().replace(/^[a-z]+:\/\//i, "");
  const named = HOST.exec(address)?.[0].toLowerCase();
  if (named === undefined) return false;
  const real = host.replace(/:\d+$/, "").replace(/^www\./, "");
  return named.replace(/^www\./, "") !== real;
}
