import { useQuery } from "@tanstack/react-query";
import { HelpdeskError } from "../lib/errors.ts";
import type { Finding } from "../lib/health.ts";
import * as health from "../services/health.ts";
import { schemaVersion } from "../services/schema.ts";
import { readTrouble } from "./useTrouble.ts";

/** What `helpdesk doctor` knows, as far as an admin in a browser can find it out. */
export function useHealth(liveState: string) {
  return useQuery({
    queryKey: ["health", liveState],
    staleTime: 0,
    queryFn: async (): Promise<Finding[]> => {
      const parts = [database(), clock(), timeouts(), transactions(), traffic(), vectors()];
      const live: Finding = {
        check: "live",
        state: liveState === "live" ? "ok" : "problem",
        values: { state: liveState },
      };
      return [live, ...(await Promise.all(parts)).flat()];
    },
  });
}

async function database(): Promise<Finding[]> {
  return [{ check: "database", state: "ok", values: { version: await schemaVersion() } }];
}

async function traffic(): Promise<Finding[]> {
  return (await readTrouble()).findings;
}

/** Tokens are refused when clocks differ by more than half a minute. */
async function clock(): Promise<Finding[]> {
  const seconds = await health.clockSkew();
  const isWrong = seconds !== null && Math.abs(seconds) > 30;
  return [{ check: "clock", state: isWrong ? "problem" : "ok", values: { seconds: seconds ?? 0 } }];
}

async function timeouts(): Promise<Finding[]> {
  const rows = await health.statementTimeouts();
  return rows.map(({ role, milliseconds }) => ({
    check: "timeouts",
    state: milliseconds === 0 ? "warning" : "ok",
    values: { role, seconds: milliseconds / 1000 },
  }));
}

async function transactions(): Promise<Finding[]> {
  const rows = await health.openTransactions(60);
  if (rows.length === 0) {
    return [{ check: "transactions", state: "ok", values: { count: 0, seconds: 0, application: "" } }];
  }
  const oldest = rows[0]!;
  return [{
    check: "transactions",
    state: "problem",
    values: { count: rows.length, seconds: oldest.seconds, application: oldest.application || oldest.role },
  }];
}

async function vectors(): Promise<Finding[]> {
  const rows = await health.embeddingProgress().catch((error: unknown) => {
    if (error instanceof HelpdeskError && error.status === 403) return [];
    throw error;
  });
  // Without a model, or without passages, there is nothing to say.
  return rows.filter(({ model, chunks, problem }) => model !== null && (chunks > 0 || problem)).map((
    { model, chunks, embedded, dead, problem },
  ) => ({
    check: "vectors",
    state: dead > 0 || problem ? "problem" : embedded < chunks ? "warning" : "ok",
    values: { model, chunks, embedded, dead, problem: problem ?? "" },
  }));
}
