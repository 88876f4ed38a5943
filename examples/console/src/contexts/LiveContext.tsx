import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { changedTickets } from "../lib/changedTickets.ts";
import type { FeedEvent } from "../lib/events.ts";
import { ANNOUNCED_ONLY, keysOfAnnouncement, keysOfEvents, onceEach } from "../lib/eventKeys.ts";
import { Follower, type LiveState } from "../lib/follower.ts";
import { keys } from "../lib/queryKeys.ts";
import { whenIdle } from "../lib/idle.ts";
import { PacedRefresh } from "../lib/pacedRefresh.ts";
import { refresh } from "../lib/refresh.ts";
import { topicsOf } from "../lib/topics.ts";
import { joinTopic, readEventPage, readHead } from "../services/live.ts";
import { useAuth } from "./AuthContext.tsx";
import { usePreferences } from "./PreferencesContext.tsx";

type Listener = (event: FeedEvent) => void;
type Live = { follower: Follower | null; listeners: Set<Listener> };

const Context = createContext<Live | null>(null);
const StateContext = createContext<LiveState>("connecting");

/** An open conversation comes before the lists, which wait for it no longer than this. */
const LONGEST_LEAD = 250;

/** The code of an open ticket has it already. */
async function showArrivals(queries: QueryClient, events: FeedEvent[]): Promise<void> {
  const { showArrival } = await import("./arrivals.ts");
  await Promise.all(events.map((event) => showArrival(queries, event)));
}

const pauseOf = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

/** The one connection of this page: announcements wake it, the log says what changed, and what changed is read again. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { me, teams, cursor } = useAuth();
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");
  const [follower, setFollower] = useState<Follower | null>(null);
  const [listeners] = useState(() => new Set<Listener>());
  const userId = me?.user_id;
  // A later one, read again with the person's rights, moves nothing.
  const start = useRef(cursor);
  useEffect(() => {
    start.current = userId ? start.current ?? cursor : null;
  });

  const { tellsAssigned, tellsReplies } = usePreferences();
  const tellsWhileHidden = useRef(false);
  useEffect(() => {
    tellsWhileHidden.current = tellsAssigned || tellsReplies;
  }, [tellsAssigned, tellsReplies]);

  useEffect(() => {
    if (!userId) return;
    const lists = new PacedRefresh((queryKey) => refresh(queries, { queryKey }));
    const refreshAll = (changed: QueryKey[]) => {
      for (const key of changed) {
        if (key.length > 1) refresh(queries, { queryKey: key });
        else lists.ask(key);
      }
    };
    const mine = new Follower({
      readHead,
      readPage: readEventPage,
      join: joinTopic,
      isHidden: () => document.hidden && !tellsWhileHidden.current,
      onEvents(events) {
        changedTickets.note(events);
        // The conversation first: people look at it.
        const open = events.filter(({ ticket_id: id }) => id && queries.getQueryData(keys.timelinePages(id)));
        const changed = keysOfEvents(events);
        if (open.length === 0) refreshAll(changed);
        else {
          const next = () => refreshAll(changed);
          Promise.race([showArrivals(queries, open), pauseOf(LONGEST_LEAD)]).then(next, next);
        }
        for (const event of events) for (const listener of listeners) listener(event);
      },
      onAnnouncedOnly(announced) {
        changedTickets.note(announced.map((one) => ({ ...one, data: {} })));
        refreshAll(onceEach(announced.flatMap(keysOfAnnouncement)));
      },
      onReturn: () => {
        changedTickets.forget();
        refreshAll(ANNOUNCED_ONLY);
      },
      onGap: () => {
        changedTickets.forget();
        refresh(queries, { predicate: ({ queryKey }) => queryKey[0] !== keys.me()[0] });
      },
      onAccessChanged: () => refresh(queries, { queryKey: keys.me() }),
      onState: (now) => {
        changedTickets.isComplete = now === "live";
        setState(now);
      },
    }, start.current);
    const wake = () => mine.wake(true);
    document.addEventListener("visibilitychange", wake);
    globalThis.addEventListener("online", wake);
    setFollower(mine);
    return () => {
      lists.stop();
      document.removeEventListener("visibilitychange", wake);
      globalThis.removeEventListener("online", wake);
      mine.stop();
      setFollower(null);
      changedTickets.isComplete = false;
      setState("connecting");
    };
  }, [userId, queries, listeners]);

  // As text: the same topics are no change.
  const topics = me ? topicsOf({ role: me.role, userId: me.user_id, teamIds: teams.map((team) => team.team_id) }) : [];
  const joined = topics.join(" ");
  useEffect(() => {
    if (!follower || !joined) return;
    // The page first: its connection is 17 kB of code, and the log has what happens until then.
    return whenIdle(() => follower.setTopics(joined.split(" ")));
  }, [follower, joined]);

  const value = useMemo(() => ({ follower, listeners }), [follower, listeners]);
  return (
    <Context value={value}>
      <StateContext value={state}>{children}</StateContext>
    </Context>
  );
}

/** Whether changes arrive by themselves at this moment. */
export function useLive(): { state: LiveState } {
  const state = useContext(StateContext);
  return useMemo(() => ({ state }), [state]);
}

/** Call a listener with each event of a ticket, in their order; with each event of all tickets for null. */
export function useTicketEvents(ticketId: string | null, listener: Listener): void {
  const { listeners } = useConnection();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => {
    const onEvent: Listener = (event) => {
      if (ticketId === null || event.ticket_id === ticketId) newest.current(event);
    };
    listeners.add(onEvent);
    return () => void listeners.delete(onEvent);
  }, [listeners, ticketId]);
}

/** The connection, for contexts beside this one. */
export function useConnection(): Live {
  const value = useContext(Context);
  if (!value) throw new Error("LiveProvider is missing");
  return value;
}
