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

/** What is not older is not read again; that nothing is sent any more is no event: it is looked for, slowly. */
const FRESH = 30_000, LATER = 300_000;

/** For the marks in the navigation; agents learn of mails that wait. One of those who ask `looks` by itself. */
export function useTrouble(looks = false) {
  const isAdmin = useAuth().can("administer");
  return useQuery({
    queryKey: [...keys.trouble(), isAdmin],
    queryFn: isAdmin ? readTrouble : readWaiting,
    staleTime: FRESH,
    refetchInterval: looks && LATER,
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
