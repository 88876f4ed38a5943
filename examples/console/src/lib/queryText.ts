import type { QueryTree } from "./models.ts";

type Value = string | number | boolean | null;
type Node = {
  all?: Node[];
  any?: Node[];
  not?: Node;
  text?: string;
  match?: "word" | "prefix" | "phrase";
  in?: string;
  field?: string;
  op?: string;
  value?: Value | Value[];
};

const SIGNS: Record<string, string> = { lt: "<", le: "<=", gt: ">", ge: ">=" };

/** The tree of a view as a text in the search grammar; null when the grammar cannot say it. */
export function queryText(tree: QueryTree): string | null {
  const terms = flatten(tree as Node).map((node) => termsOf(node));
  return terms.includes(null) ? null : terms.join(" ");
}

function flatten(node: Node): Node[] {
  if (node.all) return node.all.flatMap(flatten);
  return Object.keys(node).length === 0 ? [] : [node];
}

/** Terms of which all have to match. */
function termsOf(node: Node): string | null {
  if (node.any) {
    const terms = node.any.map(termOf);
    return terms.length === 0 || terms.includes(null) ? null : terms.join(" OR ");
  }
  // Several values that commas cannot separate: the field is named for each.
  if (node.field && node.op === "is" && Array.isArray(node.value)) {
    return termOf(node) ?? node.value.map((value) => termOf({ ...node, value })).join(" ");
  }
  return termOf(node);
}

/** One term of the grammar. */
function termOf(node: Node): string | null {
  if (node.not) {
    const term = node.not.not ? null : termOf(node.not);
    return term === null ? null : `-${term}`;
  }
  if (node.text !== undefined) return wordsOf(node);
  if (!node.field || node.value === undefined) return null;
  if (node.op === "is_not") return node.value === null ? `${node.field}:*` : minus({ ...node, op: "is" });
  const sign = node.op === "is" ? ":" : SIGNS[node.op ?? ""];
  if (!sign) return null;
  if (!Array.isArray(node.value)) return `${node.field}${sign}${valueOf(node.value)}`;
  const values = node.value.map(valueOf);
  return sign !== ":" || values.some((value) => /[",]/.test(value)) ? null : `${node.field}:${values.join(",")}`;
}

function minus(node: Node): string | null {
  const term = termOf(node);
  return term === null ? null : `-${term}`;
}

function wordsOf({ text = "", match, in: part }: Node): string | null {
  if (text.includes('"') && (match === "phrase" || /\s/.test(text))) return null;
  const plain = match !== "phrase" && /^[^\s"():<>=*-][^\s"()<>=*]*$/.test(text) && text !== "OR";
  const words = plain ? text : `"${text}"`;
  return `${part ? `${part}:` : ""}${words}${match === "prefix" ? "*" : ""}`;
}

function valueOf(value: Value): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = String(value);
  return /^[^\s",]+$/.test(text) && !["none", "*"].includes(text) ? text : `"${text.replaceAll('"', "")}"`;
}
