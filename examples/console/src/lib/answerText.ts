/** The text of a run's answer, whatever its kind; null when there is none. */
export function answerText(answer: unknown): string | null {
  if (!answer || typeof answer !== "object") return null;
  const { body, summary, text, reason, steps } = answer as Record<string, unknown>;
  if (Array.isArray(steps)) return steps.map((step, index) => `${index + 1}. ${stepText(step)}`).join("\n");
  const found = [body, summary, text, reason].find((part) => typeof part === "string" && part !== "");
  return typeof found === "string" ? found : JSON.stringify(answer, null, 2);
}

function stepText(step: unknown): string {
  if (typeof step === "string") return step;
  return Object.values(step ?? {}).filter((part) => typeof part === "string").join(": ");
}
