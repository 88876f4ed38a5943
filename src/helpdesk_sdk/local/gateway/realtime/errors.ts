/** Realtime's error messages. */

import { TokenError } from "./credentials.ts";
import { PolicyError, toPolicyError } from "./policies.ts";

/** A refused join; the message is the reason for the client. */
export class JoinError extends Error {
  constructor(reason: string, readonly disconnects = false) {
    super(reason);
  }
}

/** The reason in replies to messages for a channel that is not joined. */
export const UNMATCHED_TOPIC = "unmatched topic";

const NO_DATABASE = "Realtime was unable to connect to the project database";

/** The reason in the reply to a refused join, and whether to close the socket. */
export function joinErrorReason(error: unknown, topic: string): { reason: string; disconnects: boolean } {
  if (error instanceof JoinError) return { reason: error.message, disconnects: error.disconnects };
  if (error instanceof TokenError) return { reason: `${error.code}: ${error.message}`, disconnects: false };
  return { reason: databaseReason(error, topic), disconnects: false };
}

function databaseReason(error: unknown, topic: string): string {
  const isKnown = error instanceof PolicyError || typeof (error as { code?: unknown } | null)?.code === "string";
  if (!isKnown) return "Unknown Error on Channel";
  const { kind, message } = toPolicyError(error);
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

/** The reason for closing a channel whose new token was refused. */
export function tokenErrorReason(error: unknown, topic: string): string {
  if (error instanceof TokenError) return error.message;
  if (error instanceof JoinError) return error.message.replace(/^Unauthorized: /, "");
  const kind = error instanceof PolicyError ? error.kind : "other";
  if (kind === "policy") return `You do not have permissions to read from this Channel topic: ${topic}`;
  return kind === "canceled" ? "Query was cancelled, please try again" : NO_DATABASE;
}
