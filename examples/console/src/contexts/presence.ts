import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type Other, othersOf, type Shown, SILENCE, type TypingKind, TypingSign } from "../lib/presence.ts";
import { keys } from "../lib/queryKeys.ts";
import { joinTicket } from "../services/live.ts";
import { expectArrival } from "./arrivals.ts";
import { useAuth } from "./AuthContext.tsx";
import { useConnection } from "./LiveContext.tsx";

/** A ticket that is left at once, by j and k, is not joined. */
const LINGER = 300;
/** Events after which the person may no longer see the ticket. */
const MOVES = ["ticket.transferred", "ticket.assigned", "ticket.unassigned"];

/**
 * Who else has a ticket open, and who writes: for those who work it. While this is used, the others see the person.
 * Call `setTyping` at each key, and with null when the text is sent or emptied.
 */
export function usePresence(ticketId: string): { others: Other[]; setTyping(kind: TypingKind | null): void } {
  const { me, can } = useAuth();
  const { follower } = useConnection();
  const queries = useQueryClient();
  const [others, setOthers] = useState<Other[]>([]);
  const sign = useRef<TypingSign | null>(null);
  const userId = me?.user_id ?? "", name = me?.name ?? "", isStaff = can("work");

  useEffect(() => {
    if (!isStaff || !userId || !follower) return;
    let leave = () => {};
    const start = setTimeout(() => {
      const since = new Date().toISOString(), seenAt = new Map<string, number>();
      let entries: unknown[] = [];
      const draw = () => setOthers((before) => same(before, othersOf(entries, userId, seenAt, Date.now())));
      const channel = joinTicket(ticketId, userId, {
        announcement(given) {
          expectArrival(queries, ticketId, given.type);
          follower.announce(given, true);
          // Who may no longer see the ticket finds nothing about that in the log.
          if (MOVES.includes(given.type)) void queries.invalidateQueries({ queryKey: keys.ticket(ticketId) });
        },
        presences(given) {
          entries = given;
          draw();
        },
      });
      const show = (kind: TypingKind | null) => {
        const shown: Shown = { user_id: userId, name, state: kind ? "typing" : "viewing", since };
        channel.show(document.hidden ? null : kind ? { ...shown, kind } : shown);
      };
      const onVisibility = () => show(null);
      document.addEventListener("visibilitychange", onVisibility);
      const clock = setInterval(draw, SILENCE / 6);
      sign.current = new TypingSign(show);
      show(null);
      leave = () => {
        document.removeEventListener("visibilitychange", onVisibility);
        clearInterval(clock);
        sign.current?.stop();
        sign.current = null;
        channel.leave();
      };
    }, LINGER);
    return () => {
      clearTimeout(start);
      leave();
      setOthers([]);
    };
  }, [ticketId, userId, name, isStaff, follower, queries]);

  const setTyping = useCallback((kind: TypingKind | null) => sign.current?.set(kind), []);
  return { others, setTyping };
}

/** The list before, if the new one says the same: nothing is drawn anew. */
function same(before: Other[], after: Other[]): Other[] {
  return JSON.stringify(before) === JSON.stringify(after) ? before : after;
}
