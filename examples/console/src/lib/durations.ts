/** A duration, without its sign, in the largest unit that does not hide much of it. */
export function inLargestUnit(milliseconds: number): { value: number; unit: "minute" | "hour" | "day" } {
  const minutes = Math.abs(milliseconds) / 60_000;
  if (minutes < 90) return { value: Math.round(minutes), unit: "minute" };
  return minutes < 48 * 60
    ? { value: Math.round(minutes / 60), unit: "hour" }
    : { value: Math.round(minutes / 1440), unit: "day" };
}
