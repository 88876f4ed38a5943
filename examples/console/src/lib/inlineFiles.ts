/** The file name in the address of an image, as imports write it; null for other addresses. */
export function nameOfFile(src: string): string | null {
  if (!src.startsWith("attachment:")) return null;
  const name = src.slice("attachment:".length);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
