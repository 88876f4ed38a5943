/** What may complete the word at the caret: from `start` to `end` of the text, `texts` in its place. */
export type Completion = { start: number; end: number; texts: string[] };

const STATIC: Record<string, string[]> = {
  status: ["open", "pending", "resolved", "closed"],
  priority: ["low", "medium", "high", "urgent"],
  channel: ["api", "web", "chat", "email", "phone", "slack", "import"],
  assignee: ["me", "none"],
  requester: ["me"],
  is: ["open", "pending", "urgent", "unassigned", "snoozed"],
  has: ["attachment", "note"],
  created: ["1d", "7d", "30d"],
  updated: ["1d", "7d", "30d"],
  team: ["my_teams"],
};
const FIELDS = [...Object.keys(STATIC), "tag", "number", "external_id", "resolved", "closed", "snoozed"];

/** Names and values of the search grammar that begin with the word at the caret. `more` has a project's own values. */
export function complete(text: string, caret: number, more: Record<string, string[]> = {}): Completion | null {
  const start = text.slice(0, caret).search(/[^\s"]*(?:"[^"]*)?$/u);
  const word = text.slice(start, caret);
  const sign = word.startsWith("-") ? 1 : 0;
  const colon = word.search(/:|[<>]=?/u);
  const fields = [...new Set([...FIELDS, ...Object.keys(more)])];
  if (colon < 0) {
    const begun = word.slice(sign).toLowerCase();
    const texts = begun === ""
      ? []
      : fields.filter((name) => name.startsWith(begun) && name !== begun).map((name) => `${name}:`);
    return texts.length > 0 ? { start: start + sign, end: caret, texts } : null;
  }
  const name = word.slice(sign, colon).toLowerCase();
  const begun = word.slice(colon).replace(/^(?::|[<>]=?)/u, "");
  const last = begun.split(",").at(-1) ?? "";
  const values = [...new Set([...STATIC[name] ?? [], ...more[name] ?? []])];
  const texts = values.map((value) => /[\s"]/u.test(value) ? `"${value}"` : value)
    .filter((value) =>
      value.replace(/^"/u, "").toLowerCase().startsWith(last.replace(/^"/u, "").toLowerCase()) && value !== last
    );
  return texts.length > 0 ? { start: caret - last.length, end: caret, texts: texts.slice(0, 8) } : null;
}

/** The text with a completion in the place of its word, and where the caret is then. */
export function apply(text: string, { start, end }: Completion, chosen: string): { text: string; caret: number } {
  const rest = text.slice(end);
  const end_ = chosen.endsWith(":") || rest.startsWith(" ") ? "" : " ";
  return { text: text.slice(0, start) + chosen + end_ + rest, caret: start + chosen.length + end_.length };
}
