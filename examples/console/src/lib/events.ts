/** An item of `events_page()`: what has changed, without texts. */
export type FeedEvent = {
  cursor: string;
  event_id: number;
  type: string;
  changes_access: boolean;
  ticket_id: string | null;
  ticket_number: number | null;
  ticket_revision: number | null;
  requester_id: string | null;
  team_id: string | null;
  assigned_to: string | null;
  actor_id: string | null;
  actor_kind: string;
  actor_name: string;
  data: Record<string, unknown>;
  created_at: string;
};

export type EventPage = { cursor: string; more: boolean; items: FeedEvent[] };

/** What a broadcast on a channel says: that there is an event, and how far the log has come. */
export type Announcement = {
  cursor: string;
  type: string;
  changes_access: boolean;
  ticket_id: string | null;
  ticket_number: number | null;
};
