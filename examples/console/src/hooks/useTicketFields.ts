import { useQuery } from "@tanstack/react-query";
import { keys } from "../lib/queryKeys.ts";
import { listFields } from "../services/fields.ts";

/** The custom fields of the helpdesk, with options and teams. */
export function useTicketFields() {
  return useQuery({ queryKey: keys.fields(), queryFn: listFields });
}
