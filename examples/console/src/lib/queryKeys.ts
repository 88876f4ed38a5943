/** Names of what was read. An event marks the names that it changes: see eventKeys.ts. */
export const keys = {
  me: (login?: string | null) => login === undefined ? ["me"] as const : ["me", login] as const,
  ticket: (id: string) => ["ticket", id] as const,
  /** What a ticket has to do with others: links, merged tickets, possible duplicates. */
  relations: (id: string) => ["relations", id] as const,
  timeline: (id: string) => ["timeline", id] as const,
  timelinePages: (id: string) => ["timeline", id, "pages"] as const,
  list: (filter: unknown) => ["tickets", filter] as const,
  lists: () => ["tickets"] as const,
  counts: (filter?: unknown) => filter === undefined ? ["counts"] as const : ["counts", filter] as const,
  proposals: (id: string) => ["proposals", id] as const,
  runs: (id: string) => ["proposals", id, "runs"] as const,
  exclusion: (id: string) => ["proposals", id, "exclusion"] as const,
  labels: (id: string) => ["labels", id] as const,
  teams: () => ["teams"] as const,
  people: (filter?: unknown) => ["people", filter ?? null] as const,
  fields: () => ["fields"] as const,
  views: () => ["views"] as const,
  articles: (filter?: unknown) => ["articles", filter ?? null] as const,
  article: (id: string) => ["article", id] as const,
  settings: () => ["settings"] as const,
  assistantSettings: () => ["assistantSettings"] as const,
  /** What is marked in the navigation: what is wrong, and mails that wait. */
  trouble: () => ["trouble"] as const,
  webhooks: () => ["webhooks"] as const,
  /** Mail that arrived, and what admins set about it. */
  mail: (...parts: string[]) => ["mail", ...parts] as const,
  deliveries: (filter?: unknown) => filter === undefined ? ["deliveries"] as const : ["deliveries", filter] as const,
};
