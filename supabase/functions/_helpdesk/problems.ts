/**
 * Why a model gave no answer, in a stable word and a sentence. The sentences never hold what the endpoint wrote: its text
 * may contain the key or the prompt. They hold names at most: the status, and the code and the field of the error.
 */

/** The words for why a model gave no answer. */
export type Reason =
  | "model_unreachable"
  | "model_timeout"
  | "model_rate_limited"
  | "model_quota_exhausted"
  | "model_key_refused"
  | "model_not_found"
  | "model_request_refused"
  | "prompt_cut"
  | "answer_truncated"
  | "answer_refused"
  | "answer_invalid";

/** What a call cost. */
export interface Usage {
  tokens_in: number;
  tokens_out: number;
  /** Whether the endpoint counted nothing: then a token is four characters. */
  is_estimated: boolean;
}

/** There is no answer. */
export class ModelError extends Error {
  override name = "ModelError";

  constructor(
    readonly reason: Reason,
    problem: string,
    /** What the call cost all the same. */
    readonly usage: Usage | null = null,
    /** What the model wrote, for the turn that repairs it. */
    readonly content: string | null = null,
  ) {
    super(problem);
  }
}

const NAME = /^[A-Za-z][\w.[\]-]{0,59}$/;

/** The names in an error's body: its code, else its type, and the field that it is about. */
export interface ErrorNames {
  code: string | null;
  param: string | null;
}

/** Names only, and none of them a secret. */
export function errorNames(body: unknown, secrets: (string | null)[]): ErrorNames {
  const error = (body as { error?: unknown } | null)?.error ?? body;
  const given = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  const name = (value: unknown) =>
    typeof value === "string" && NAME.test(value) && !secrets.some((secret) => secret && value.includes(secret)) &&
      !/^(sk|sb|eyJ|key)[-_.]?.{12,}/i.test(value)
      ? value
      : null;
  return { code: name(given["code"]) ?? name(given["type"]), param: name(given["param"]) };
}

/** A sentence about an HTTP error. */
export function statusProblem(status: number, names: ErrorNames): string {
  const said = [names.code, names.param].filter((name) => name !== null).join(", ");
  return `The model's endpoint answered ${status}${said ? ` (${said})` : ""}`;
}

/** A sentence about a connection that failed. It names the host, and nothing of the path or the user in the URL. */
export function connectionProblem(url: string, error: unknown): string {
  const text = messages(error).replaceAll(/\b\w+:\/\/[^\s)]+/g, "");
  const known: [RegExp, string][] = [
    [/refused/i, "the connection was refused"],
    [/dns|lookup|resolve|name or service/i, "its name is not known"],
    [/certificate|tls|ssl/i, "its certificate is not accepted"],
    [/requests to port \d+ are blocked/i, "the platform permits no requests to its port"],
    [/requires net access|notcapable/i, "the local stack does not permit this host (HELPDESK_FUNCTIONS_NET)"],
    [/reset|closed|eof|incomplete|unexpected end|body/i, "the connection broke"],
  ];
  const why = known.find(([pattern]) => pattern.test(text))?.[1] ?? "the request failed";
  return `The model's endpoint ${new URL(url).host} cannot be reached: ${why}`;
}

/** What an error and its causes say: some versions of the runtime say why a connection failed only in the cause. */
function messages(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 3) return "";
  return `${error.message} ${messages(error.cause, depth + 1)}`;
}
