/** Until when a ticket can be snoozed with one choice, in the person's time. */
export type SnoozeChoice = "later" | "tomorrow" | "nextWeek";

const MORNING = 9;

export function snoozeUntil(choice: SnoozeChoice, now: Date): Date {
  const until = new Date(now);
  if (choice === "later") {
    until.setHours(until.getHours() + 3);
    return until;
  }
  const days = choice === "tomorrow" ? 1 : (8 - until.getDay()) % 7 || 7;
  until.setDate(until.getDate() + days);
  until.setHours(MORNING, 0, 0, 0);
  return until;
}
