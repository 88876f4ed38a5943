/** Builds the report of the health check. */

/** The result of the query for the schema version. */
export type Answer = { data: string | null; error: null } | { data: null; error: { code?: string; message: string } };

export interface Report {
  status: "ok" | "not_migrated" | "unreachable";
  database: "reachable" | "unreachable";
  schema_version: string | null;
  latency_ms: number;
  hint?: string;
}

/** Error codes of a database in which the helpdesk is not installed. */
const NOT_INSTALLED = new Set(["PGRST202", "PGRST106", "42883", "3F000"]);

export async function check(ask: () => PromiseLike<Answer>, now: () => number): Promise<Report> {
  const began = now();
  let answer: Answer;
  try {
    answer = await ask();
  } catch (error) {
    answer = { data: null, error: { message: String(error) } };
  }
  const latency_ms = Math.round((now() - began) * 10) / 10;
  if (answer.error === null && answer.data !== null) {
    return { status: "ok", database: "reachable", schema_version: answer.data, latency_ms };
  }
  if (answer.error === null || NOT_INSTALLED.has(answer.error.code ?? "")) {
    return {
      status: "not_migrated",
      database: "reachable",
      schema_version: null,
      latency_ms,
      hint: "Apply the helpdesk's migrations and expose the schema helpdesk in the Data API.",
    };
  }
  return {
    status: "unreachable",
    database: "unreachable",
    schema_version: null,
    latency_ms,
    hint: "The database does not answer: it is starting, stopping or paused.",
  };
}

export function respond(report: Report): Response {
  return Response.json(report, {
    status: report.status === "ok" ? 200 : 503,
    headers: { "access-control-allow-origin": "*", "cache-control": "no-store" },
  });
}
