import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { toHelpdeskError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";
import { keys } from "../lib/queryKeys.ts";
import { exclude, isExcluded, type Question, requestTriage, suggest } from "../services/assistant.ts";
import { useAction } from "./useAction.ts";

/**
 * Ask the assistant for a draft. `text` grows while the model writes, and is a preview; null while nothing is asked.
 * The proposal arrives among the proposals of the ticket.
 */
export function useSuggestion(ticketId: string) {
  const queries = useQueryClient();
  const [text, setText] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const { mutate, data, error, reset, isPending } = useMutation({
    mutationFn: async (given: Omit<Question, "ticketId" | "runId">) => {
      const controller = running.current = new AbortController();
      setText("");
      try {
        return await suggest({ ticketId, runId: newId(), ...given }, setText, controller.signal);
      } catch (thrown) {
        if (controller.signal.aborted) return null;
        throw toHelpdeskError(thrown);
      } finally {
        if (running.current === controller) {
          running.current = null;
          setText(null);
        }
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.proposals(ticketId) }),
  });
  const cancel = useCallback(() => running.current?.abort(), []);
  useEffect(() => {
    reset();
    return () => running.current?.abort();
  }, [ticketId, reset]);
  return {
    ask: mutate,
    cancel,
    text,
    isThinking: isPending,
    /** What the last question of this page brought; null before, and after a cancel. */
    result: data ?? null,
    problem: error ? toHelpdeskError(error) : null,
  };
}

/** Have a ticket classified. */
export function useTriage(ticketId: string) {
  return useAction(() => requestTriage(ticketId, newId()), [keys.proposals(ticketId)]);
}

/** Whether the assistant leaves a ticket alone, and `exclude` to decide it. */
export function useExclusion(ticketId: string) {
  const queryKey = keys.exclusion(ticketId);
  const { data } = useQuery({ queryKey, queryFn: () => isExcluded(ticketId) });
  return {
    isExcluded: data ?? false,
    exclude: useAction((value: boolean) => exclude(ticketId, value), [queryKey, keys.proposals(ticketId)]),
  };
}
