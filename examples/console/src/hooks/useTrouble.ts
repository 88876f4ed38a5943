import { useQuery } from "@tanstack/react-query";
import { useAuth } from "../contexts/AuthContext.tsx";
import { type Finding, mailFindings, outboxFindings, slackFindings } from "../lib/health.ts";
import { keys } from "../lib/queryKeys.ts";
import { readMailHealth } from "../services/mailChannels.ts";
import { readOutboxHealth } from "../services/outbox.ts";
import { countQuarantined } from "../services/quarantine.ts";
import { listSlackChannels, listWorkspaces } from "../services/slack.ts";

/** What leaves and what comes in, with what is wrong about it, and how many mails wait for a person. */
export type Trouble = { findings: Finding[]; quarantined: number };

/** Several marks share one answer. No event tells that sending has stopped: one of the marks asks again by itself. */
const FRESH = 30_000, PAUSE = 300_000;

/** For the marks in the navigation; agents learn only of mails that wait. */
export function useTrouble({ isPolling = false } = {}) {
  const isAdmin = useAuth().can("administer");
  return useQuery({
    queryKey: [...keys.trouble(), isAdmin],
    queryFn: isAdmin ? readTrouble : readWaiting,
    staleTime: FRESH,
    refetchInterval: isPolling && PAUSE,
    refetchOnWindowFocus: true,
  });
}

/** For admins. */
export async function readTrouble(): Promise<Trouble> {
  const [outbox, mail, workspaces, channels] = await Promise.all([
    readOutboxHealth(),
    readMailHealth(),
    listWorkspaces(),
    listSlackChannels(),
  ]);
  const findings = [...outboxFindings(outbox), ...mailFindings(mail), ...slackFindings(workspaces, channels)];
  return { findings, quarantined: mail.quarantined };
}

async function readWaiting(): Promise<Trouble> {
  return { findings: [], quarantined: await countQuarantined() };
}
