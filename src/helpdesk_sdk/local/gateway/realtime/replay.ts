/** What was sent before a channel joined, for clients that ask. */

import type postgres from "postgres";
import { Refusal } from "./errors.ts";
import { storedPayload, type StoredRow } from "./database_feed.ts";
import type { Meta, UserPayload } from "./frames.ts";
import { readReplay } from "./join_payload.ts";
import { complain } from "./log.ts";

export interface ReplayedMessage {
  user: UserPayload;
  meta: Meta;
}

/**
 * The newest messages that the database sent to a private topic, oldest first.
 *
 * @throws Refusal with the answer to the join
 */
export async function replay(
  sql: postgres.Sql,
  topic: string,
  isPrivate: boolean,
  asked: unknown,
): Promise<ReplayedMessage[]> {
  if (!isPrivate) throw new Refusal("UnableToReplayMessages: Replay is not allowed for public channels");
  const wanted = readReplay(asked);
  if (wanted === null) throw new Refusal("UnableToReplayMessages: Replay params are not valid");
  try {
    const rows = await sql<StoredRow[]>`
      select id::text, event, payload::text, encode(binary_payload, 'base64') as bytes
      from realtime.messages
      where topic = ${topic} and private and extension = 'broadcast'
        and inserted_at >= to_timestamp(${wanted.since}::double precision / 1000) at time zone 'UTC'
        and inserted_at < now() at time zone 'UTC' + interval '1 minute'
        and event is not null and (payload is not null or binary_payload is not null)
      order by inserted_at desc, id
      limit ${wanted.limit}`;
    return rows.reverse().map((row) => ({ user: storedPayload(row), meta: { replayed: true, id: row.id } }));
  } catch (error) {
    complain("UnableToReplayMessages", error);
    throw new Refusal("UnableToReplayMessages: Realtime was unable to replay messages");
  }
}
