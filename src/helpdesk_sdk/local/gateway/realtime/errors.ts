/** Realtime's words for what went wrong. */

import { TokenError } from "./credentials.ts";
import { asRightsError, RightsError } from "./policies.ts";

/** A join that is refused, in words for the client. */
export class Refusal extends Error {
  constructor(reason: string, readonly disconnects = false) {
    super(reason);
  }
}

/** Why a client is not heard in a room. */
export const UNMATCHED = "unmatched topic";

const NO_DATABASE = "Realtime was unable to connect to the project database";

/** The reason that a refused join is answered with, and whether the socket goes too. */
export function joinProblem(error: unknown, topic: string): { reason: string; disconnects: boolean } {
  if (error instanceof Refusal) return { reason: error.message, disconnects: error.disconnects };
  if (error instanceof TokenError) return { reason: `${error.code}: ${error.message}`, disconnects: false };
  return { reason: databaseReason(error, topic), disconnects: false };
}

function databaseReason(error: unknown, topic: string): string {
  const isKnown = error instanceof RightsError || typeof (error as { code?: unknown } | null)?.code === "string";
  if (!isKnown) return "Unknown Error on Channel";
  const { kind, message } = asRightsError(error);
  switch (kind) {
    case "policy":
      return `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`;
    case "unavailable":
      return `UnableToConnectToProject: ${NO_DATABASE}`;
    case "connections":
      return "DatabaseLackOfConnections: Database can't accept more connections, Realtime won't connect";
    case "canceled":
      return `QueryCanceled: ${message}`;
    case "partition":
      return "MissingPartition: Realtime was unable to find the expected messages partition";
    case "other":
      return NO_DATABASE;
  }
}

/** What a channel is told that ends because of its new token. */
export function tokenProblem(error: unknown, topic: string): string {
  if (error instanceof TokenError) return error.message;
  if (error instanceof Refusal) return error.message.replace(/^Unauthorized: /, "");
  const kind = error instanceof RightsError ? error.kind : "other";
  if (kind === "policy") return `You do not have permissions to read from this Channel topic: ${topic}`;
  return kind === "canceled" ? "Query was cancelled, please try again" : NO_DATABASE;
}
