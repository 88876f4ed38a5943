import { useQuery } from "@tanstack/react-query";
import type { ChannelValues } from "../lib/mail.ts";
import { keys } from "../lib/queryKeys.ts";
import * as mail from "../services/mailChannels.ts";
import { useAction } from "./useAction.ts";

/** The addresses at which the helpdesk receives mail. */
export function useMailChannels() {
  return useQuery({ queryKey: keys.mail("channels"), queryFn: mail.listChannels, staleTime: 0 });
}

/** When each channel last received a mail, and what waits. Mails that wait have no event: pages ask again. */
export function useMailHealth() {
  return useQuery({
    queryKey: keys.mail("health"),
    queryFn: mail.readMailHealth,
    staleTime: 0,
    refetchInterval: 60_000,
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
