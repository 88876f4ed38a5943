/**
 * What an endpoint takes. The ladder: JSON by schema, JSON without one, the schema in the prompt alone; two names of the
 * limit; streams, and what a stream cost. An endpoint that refuses a field is asked again without it, and what it takes
 * is remembered.
 */

export interface Capability {
  rung: "json_schema" | "json_object" | "prompt";
  limit: "max_tokens" | "max_completion_tokens";
  streams: boolean;
  /** Whether a stream ends with the tokens that it cost, when asked for them. */
  counts_streams: boolean;
  /** When it was found out: after a week it is tried anew. */
  probed_at: string;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;
const RUNGS: Capability["rung"][] = ["json_schema", "json_object", "prompt"];
const LIMITS: Capability["limit"][] = ["max_tokens", "max_completion_tokens"];
const ALL: Capability = {
  rung: "json_schema",
  limit: "max_tokens",
  streams: true,
  counts_streams: true,
  probed_at: "",
};

/** Finds out what an endpoint takes. */
export class Ladder {
  readonly #capability: Capability;
  #isNew: boolean;
  #hasSwapped = false;

  /** @param known what is remembered; older memories lack the newest fields */
  constructor(known: Partial<Capability> | null | undefined) {
    const isKnown = !!known && RUNGS.includes(known.rung!) && LIMITS.includes(known.limit!);
    this.#isNew = !(isKnown && Date.now() - Date.parse(known.probed_at ?? "") < WEEK_MS);
    this.#capability = { ...ALL, ...(this.#isNew ? {} : known) };
  }

  get capability(): Readonly<Capability> {
    return this.#capability;
  }

  /** Whether there is something to remember. */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** What is to be remembered, after an answer. */
  get found(): Capability {
    return this.#isNew ? { ...this.#capability, probed_at: new Date().toISOString() } : this.#capability;
  }

  /** Leave out what the endpoint does not take, by the text of its refusal; false when nothing of ours is left. */
  stepDown(status: number, text: string, isStream: boolean): boolean {
    const capability = this.#capability;
    if (/response_format|json_schema|json_object|structured|schema|grammar/i.test(text)) {
      const next = RUNGS[RUNGS.indexOf(capability.rung) + 1];
      if (!next) return false;
      capability.rung = next;
    } else if (new RegExp(`\\b${capability.limit}\\b`).test(text) && !this.#hasSwapped) {
      this.#hasSwapped = true;
      capability.limit = capability.limit === "max_tokens" ? "max_completion_tokens" : "max_tokens";
    } else if (isStream && capability.counts_streams && /stream_options|include_usage/i.test(text)) {
      capability.counts_streams = false;
    } else if (isStream && /\bstream/i.test(text)) {
      capability.streams = false;
    } else if (isStream && capability.counts_streams && this.#isNew && [400, 422].includes(status)) {
      // Of all fields this is the one that the fewest endpoints know, and some refuse a field without its name.
      capability.counts_streams = false;
    } else {
      return false;
    }
    this.#isNew = true;
    return true;
  }
}
