import { type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { CONFIGURATION } from "../lib/eventKeys.ts";
import { type HelpdeskError, toHelpdeskError } from "../lib/errors.ts";
import type { Person, Team } from "../lib/models.ts";
import { forgetPerson } from "../lib/personal.ts";
import { keys } from "../lib/queryKeys.ts";
import { type Action, roleMay } from "../lib/roles.ts";
import { onSession, signOut as endSession } from "../services/auth.ts";
import { readMe } from "../services/me.ts";

type Auth = {
  state: "loading" | "signedOut" | "signedIn" | "blocked";
  me: Person | null;
  teams: Team[];
  /** Where the event log ended before anything else was read; null when that is not known. */
  cursor: string | null;
  /** Whether the console offers this; the database decides. */
  can(action: Action): boolean;
  signOut(): Promise<void>;
  /** Why the person is blocked: no profile, deactivated, no answer. */
  problem: HelpdeskError | null;
  /** Whether the database is newer than this console. */
  isSchemaNewer: boolean;
  /** Whether the session came by a link after which one chooses a password. */
  isRecovery: boolean;
  /** Why the link from a mail that opened this page did not sign in. */
  linkProblem: HelpdeskError | null;
};

const Context = createContext<Auth | null>(null);

type ProviderProps = { children: ReactNode; isRecovery: boolean; linkProblem: HelpdeskError | null };

export function AuthProvider({ children, isRecovery: isRecoveryAtStart, linkProblem }: ProviderProps) {
  const queries = useQueryClient();
  const [login, setLogin] = useState<string | null>();
  const [isRecovery, setRecovery] = useState(isRecoveryAtStart);
  // start.ts may have read for the login that was stored.
  const known = useRef(queries.getQueryCache().find({ queryKey: keys.me(), exact: false })?.queryKey[1] ?? null);
  useEffect(() =>
    onSession((event, session) => {
      const next = session?.user.id ?? null;
      // What another person has read, and what waits to be sent in their name, goes.
      if (known.current !== null && known.current !== next) {
        forgetPerson();
        queries.clear();
      }
      known.current = next;
      setLogin(next);
      if (event === "USER_UPDATED" || event === "SIGNED_OUT") setRecovery(false);
    }), [queries]);
  const me = useQuery({
    queryKey: keys.me(login),
    enabled: Boolean(login),
    staleTime: Infinity,
    queryFn: () => readMe(login ?? ""),
  });
  // What another role or a member of another team has read goes.
  const rights = me.data && { role: me.data.person.role, teams: me.data.teams.map((team) => team.team_id) };
  const before = useRef<typeof rights>(undefined);
  useEffect(() => {
    const others = { predicate: ({ queryKey }: { queryKey: QueryKey }) => queryKey[0] !== keys.me()[0] };
    const old = before.current;
    before.current = rights;
    if (!rights || !old) return;
    const hasLost = old.role !== rights.role || old.teams.some((id) => !rights.teams.includes(id));
    if (hasLost) queries.resetQueries(others);
    else if (rights.teams.some((id) => !old.teams.includes(id))) queries.invalidateQueries(others);
  }, [rights, queries]);

  const role = me.data?.person.role;
  useEffect(() => {
    // Nothing tells requesters that it changes: they read it again when they open a page a minute later.
    const staleTime = roleMay(role, "work") ? Infinity : 60_000;
    for (const queryKey of CONFIGURATION) queries.setQueryDefaults(queryKey, { staleTime });
  }, [role, queries]);

  const signOut = useCallback(async () => {
    await endSession();
    queries.clear();
  }, [queries]);
  const value = useMemo((): Auth => {
    const problem = me.error ? toHelpdeskError(me.error) : null;
    // Who was let in and is no longer: what they have read is not shown either.
    const isOut = problem?.reason === "inactive_user" || problem?.reason === "no_profile";
    const person = login && !isOut ? me.data?.person ?? null : null;
    const state = login === undefined
      ? "loading"
      : !login
      ? "signedOut"
      : person
      ? "signedIn"
      : problem
      ? "blocked"
      : "loading";
    return {
      state,
      me: person,
      teams: me.data?.teams ?? [],
      cursor: me.data?.cursor ?? null,
      can: (action) => roleMay(person?.role, action),
      signOut,
      problem,
      isRecovery,
      isSchemaNewer: me.data?.schema === "newer",
      linkProblem,
    };
  }, [login, me.data, me.error, signOut, isRecovery, linkProblem]);
  return <Context value={value}>{children}</Context>;
}

/** Who is signed in, in which role, with which teams. */
export function useAuth(): Auth {
  const value = useContext(Context);
  if (!value) throw new Error("useAuth() needs an AuthProvider");
  return value;
}
