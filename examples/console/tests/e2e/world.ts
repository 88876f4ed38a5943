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
  /** Tickets by a short name: those of the world "plain"; another world may have none of them, or more. */
  tickets: Record<"printer" | "invoice" | "parcel", SomeTicket> & { [name: string]: SomeTicket };
};
