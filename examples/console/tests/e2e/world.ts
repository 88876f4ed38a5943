/** What exists before a story: tests/console/worlds.py makes it. */

export type Person = { email: string; password: string; name: string; role: string; user_id: string };

export type SomeTicket = { ticket_id: string; number: number; title: string };

export type World = {
  url: string;
  key: string;
  secret_key: string;
  /** ada: admin · ana, ben: agents in Support · carl: agent in Billing · mei, noa: customers. */
  people: Record<"ada" | "ana" | "ben" | "carl" | "mei" | "noa", Person>;
  /** Ids of teams by name. */
  teams: Record<string, string>;
  /** Tickets by a short name; each world says which. */
  tickets: Record<string, SomeTicket>;
};
