import { useQuery } from "@tanstack/react-query";
import { type ChannelHealth, type ChannelValues, countWaiting } from "../lib/mail.ts";
import { keys } from "../lib/queryKeys.ts";
import * as mail from "../services/mailChannels.ts";
import { useAction } from "./useAction.ts";

const NONE = { waiting: 0, quarantined: 0, failed: 0 };

/** The addresses at which the helpdesk receives mail. */
export function useMailChannels() {
  return useQuery({ queryKey: keys.mail("channels"), queryFn: mail.listChannels, staleTime: 0 });
}

/** Whether channels receive mail; `unparsed` counts mails that have no channel yet. */
export function useChannelHealth(ids: readonly string[]) {
  return useQuery({
    queryKey: keys.mail("health", ...ids),
    staleTime: 0,
    queryFn: async () => {
      const [waiting, ...last] = await Promise.all([mail.listWaitingMails(), ...ids.map(mail.lastMailOf)] as const);
      const counts = countWaiting(waiting);
      const health = (id: string, lastMail: string | null): ChannelHealth => ({ ...counts.get(id) ?? NONE, lastMail });
      return { byId: new Map(ids.map((id, at) => [id, health(id, last[at]!)])), unparsed: counts.get(null) ?? NONE };
    },
  });
}

type Change = { id: string } & Partial<ChannelValues>;

/** What an admin does to channels. */
export function useChannelActions() {
  const changes = [keys.mail()];
  return {
    add: useAction(mail.addChannel, changes),
    change: useAction(({ id, ...given }: Change) => mail.changeChannel(id, given), changes),
    remove: useAction((id: string) => mail.removeChannel(id), changes),
  };
}

/** Senders whose mail opens no ticket. */
export function useMailBlocks() {
  return useQuery({ queryKey: keys.mail("blocks"), queryFn: mail.listBlocks, staleTime: 0 });
}

export function useBlockActions() {
  const changes = [keys.mail("blocks")];
  return {
    add: useAction(mail.addBlock, changes),
    remove: useAction((pattern: string) => mail.removeBlock(pattern), changes),
  };
}

/** Further addresses of people. */
export function useFurtherAddresses() {
  return useQuery({ queryKey: keys.mail("addresses"), queryFn: mail.listAddresses, staleTime: 0 });
}

export function useAddressActions() {
  const changes = [keys.mail("addresses")];
  return {
    add: useAction(mail.addAddress, changes),
    remove: useAction((email: string) => mail.removeAddress(email), changes),
  };
}
