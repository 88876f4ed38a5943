/** Replay of messages that were sent before a channel joined. */

import type postgres from "postgres";
import { JoinError } from "./errors.ts";
import { storedPayload, type StoredRow } from "./database_feed.ts";
import type { BroadcastPayload, Meta } from "./frames.ts";
import { parseReplay } from "./join_payload.ts";
import { logError } from "./log.ts";

export interface ReplayedMessage {
  broadcast: BroadcastPayload;
  meta: Meta;
}

/**
 * The newest messages that the database sent to a private topic, oldest first.
 *
 * @throws JoinError with the reason for the client
 */
export async function loadReplay(
  sql: postgres.Sql,
  topic: string,
  isPrivate: boolean,
  requested: unknown,
): Promise<ReplayedMessage[]> {
  if (!isPrivate) throw new JoinError("UnableToReplayMessages: Replay is not allowed for public channels");
  const window = parseReplay(requested);
  if (window === null) throw new JoinError("UnableToReplayMessages: Replay params are not valid");
  try {
    const rows = await sql<StoredRow[]>`
      select id::text, event, payload::text, encode(binary_payload, 'base64') as bytes
      from realtime.messages
      where topic = ${topic} and private and extension = 'broadcast'
        and inserted_at >= to_timestamp(${window.since}::double precision / 1000) at time zone 'UTC'
        and inserted_at < now() at time zone 'UTC' + interval '1 minute'
        and event is not null and (payload is not null or binary_payload is not null)
      order by inserted_at desc, id
      limit ${window.limit}`;
    return rows.reverse().map((row) => ({ broadcast: storedPayload(row), meta: { replayed: true, id: row.id } }));
  } catch (error) {
    logError("UnableToReplayMessages", error);
    throw new JoinError("UnableToReplayMessages: Realtime was unable to replay messages");
  }
}
