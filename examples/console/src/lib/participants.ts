import type { Database } from "./database.types.ts";

/** Somebody who takes part in a ticket by mail. They read nothing of it. */
export type Participant = Omit<Database["helpdesk"]["Tables"]["ticket_participants"]["Row"], "source"> & {
  source: "staff" | "copied" | "wrote";
};
