/** Commands whose label has all the words, those that begin with them first. */
export function matchCommands<Command extends { label: string }>(
  words: string,
  commands: readonly Command[],
): Command[] {
  const wanted = fold(words).split(/\s+/u).filter(Boolean);
  const found = commands.filter(({ label }) => wanted.every((word) => fold(label).includes(word)));
  const rank = ({ label }: Command) => fold(label).startsWith(wanted[0] ?? "") ? 0 : 1;
  return found.sort((one, other) => rank(one) - rank(other));
}

function fold(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{Mark}/gu, "").toLowerCase();
}
