/** Whether a cursor, `<transaction>.<event>`, is later than another: compared by number, not as text. */
export function isLater(cursor: string, than: string): boolean {
  const [xid = 0n, id = 0n] = cursor.split(".").map(BigInt);
  const [otherXid = 0n, otherId = 0n] = than.split(".").map(BigInt);
  return xid > otherXid || (xid === otherXid && id > otherId);
}
