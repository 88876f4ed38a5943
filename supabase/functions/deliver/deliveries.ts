/** Sends what waits in the outbox: lease, send, settle. `helpdesk_sdk/delivery/worker.py` does the same. */

import { type Api, ApiError, type Caller } from "../_helpdesk/api.ts";
import { bodyOf } from "../_helpdesk/http.ts";
import { warn } from "../_helpdesk/request_log.ts";
import type { Attempt } from "../_helpdesk/webhook_send.ts";
import type { MailAttempt } from "./mail_result.ts";

export interface Counts {
  done: number;
  retry: number;
  refused: number;
  gone: number;
  /** Mails that may have been sent: the answer was lost. They are not sent again by themselves. */
  unknown: number;
  /** Attempts that were not settled: another sender had the delivery by then. */
  lost: number;
  /** Whether more may wait than this call could send. */
  more: boolean;
}

export interface Delivery<Payload> {
  delivery_id: string;
  lease: string;
  payload: Payload;
}

/** Of several kinds of deliveries together. */
export function together(all: Counts[]): Counts {
  const sum = (name: Exclude<keyof Counts, "more">) => all.reduce((total, one) => total + one[name], 0);
  return {
    ...{ done: sum("done"), retry: sum("retry"), refused: sum("refused"), gone: sum("gone") },
    ...{ unknown: sum("unknown"), lost: sum("lost") },
    more: all.some(({ more }) => more),
  };
}

/** How the deliveries of a kind are sent. */
interface Pace {
  /** How many at the same time. */
  abreast: number;
  leaseSeconds: number;
  /** How often it is tried to settle an attempt. */
  settles: number;
}

const PACES: Record<"webhook" | "slack" | "email", Pace> = {
  // More than one webhook has at once, so that a target that does not answer leaves room for the others.
  webhook: { abreast: 60, leaseSeconds: 60, settles: 1 },
  slack: { abreast: 60, leaseSeconds: 60, settles: 1 },
  // Servers take a few connections of one sender at a time. The lease is longer than a transport waits for the answers
  // of one mail, and what was sent is written down, also while the database is away for a moment.
  email: { abreast: 4, leaseSeconds: 600, settles: 4 },
};
/** Many at a time are cheaper than a few. */
const FREED = 15;
/** Hosted ends a request after two seconds of its processor. */
const MOST = 200;
const SETTLE_PAUSE_MS = 1_000;
/** While something is being sent: how often to look for more. */
const LOOK_MS = 250;

const WORD = /^[0-9a-f]{64}$/;

/**
 * Who sends: whoever called; the project itself where its database has called, whose word is good once. Without a key
 * and without such a word, the database refuses the first lease. @throws ApiError
 */
export async function senderOf(api: Api, request: Request): Promise<Caller> {
  const { wake } = await bodyOf(request, ["wake"]);
  if (typeof wake !== "string" || !WORD.test(wake)) return api.callerOf(request);
  return await api.rpc<boolean>(api.system, "accept_wake", { word: wake }) ? api.system : api.callerOf(request);
}

/**
 * Send until nothing waits that nobody else has, the time is over or enough was sent. The first lease is the caller's:
 * the database refuses everybody but the secret key. `send` gives null when another sender has the delivery.
 * @throws ApiError
 */
export async function sendWaiting<Payload>(
  api: Api,
  caller: Caller,
  kind: keyof typeof PACES,
  send: (payload: Payload, delivery: Delivery<Payload>) => Promise<Attempt | MailAttempt | null>,
  until: () => boolean,
): Promise<Counts> {
  const { abreast, leaseSeconds, settles } = PACES[kind];
  const counts: Counts = { done: 0, retry: 0, refused: 0, gone: 0, unknown: 0, lost: 0, more: false };
  const running = new Set<Promise<void>>();
  let [begun, freed, lookAt] = [0, 0, 0];
  let failure: unknown = null;

  const deliver = async (delivery: Delivery<Payload>) => {
    const attempt = await send(delivery.payload, delivery);
    if (attempt === null) return void counts.lost++;
    try {
      const { delivery_id, lease } = delivery;
      await settled(() => api.rpc(caller, "settle_delivery", { delivery_id, lease, ...attempt }), settles);
      counts[attempt.outcome]++;
    } catch (error) {
      // The lease ends by itself, and the id is the same in each attempt.
      counts.lost++;
      if (!(error instanceof ApiError)) throw error;
      if (error.reason !== "lease_lost") warn("a delivery could not be settled", { delivery_id: delivery.delivery_id });
      if (error.status >= 500) failure = error;
    }
  };

  while (true) {
    const isOver = until() || begun >= MOST;
    const room = Math.min(abreast - running.size, MOST - begun);
    const isTime = running.size === 0 || freed >= FREED || performance.now() >= lookAt;
    if (failure === null && !isOver && room > 0 && isTime) {
      freed = 0;
      try {
        const args = { kind, max_rows: room, lease_seconds: leaseSeconds };
        const leased = await api.rpc<Delivery<Payload>[]>(caller, "lease_deliveries", args);
        begun += leased.length;
        for (const one of leased) {
          const work = deliver(one).catch((error) => void (failure = error)).finally(() => {
            running.delete(work);
            freed++;
          });
          running.add(work);
        }
      } catch (error) {
        // What was begun is finished first.
        failure = error;
      }
      lookAt = performance.now() + LOOK_MS;
    }
    if (running.size === 0) {
      if (failure !== null) throw failure;
      return { ...counts, more: isOver };
    }
    await oneOf(running, LOOK_MS);
  }
}

async function settled(settle: () => Promise<unknown>, tries: number): Promise<void> {
  for (let left = tries - 1;; left--) {
    try {
      return void await settle();
    } catch (error) {
      if (left <= 0 || !(error instanceof ApiError) || error.status < 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE_MS));
    }
  }
}

async function oneOf(running: Set<Promise<void>>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([...running, over]);
  clearTimeout(timer);
}
