import { keysOfEvent } from "./eventKeys.ts";
import type { FeedEvent } from "./events.ts";

const MOST = 1000;

type Changed = Pick<FeedEvent, "type" | "ticket_id" | "ticket_number" | "data">;

/**
 * Which tickets have changed, by the event log, so that a list of thousands reads only those again.
 *
 * A mark is a moment. `since(mark)` is null when it cannot be said what changed after it: then the list is read anew.
 */
export class ChangedTickets {
  #changes: { id: string; number: number }[] = [];
  #forgotten = 0;
  /** Whether all events arrive. */
  isComplete = false;

  mark(): number {
    return this.#forgotten + this.#changes.length;
  }

  /** Note the tickets of events. */
  note(events: readonly Changed[]): void {
    for (const event of events) {
      const { ticket_id: id, ticket_number: number } = event;
      if (id !== null && number !== null) this.#changes.push({ id, number });
      // A team changes many tickets: the event does not give their numbers. A merge has an event for each of its two.
      if (id === null && keysOfEvent(event).some(([name]) => name === "tickets")) this.forget();
    }
    const excess = this.#changes.length - MOST;
    if (excess > 0) this.#drop(excess);
  }

  /** Any ticket may have changed. */
  forget(): void {
    this.#changes.push({ id: "", number: 0 });
    this.#drop(this.#changes.length);
  }

  /** The numbers of the tickets that changed after a mark, by their ids. */
  since(mark: number): Map<string, number> | null {
    if (!this.isComplete || mark < this.#forgotten) return null;
    return new Map(this.#changes.slice(mark - this.#forgotten).map(({ id, number }) => [id, number]));
  }

  #drop(many: number): void {
    this.#changes.splice(0, many);
    this.#forgotten += many;
  }
}

/** The changes that this page knows of. */
export const changedTickets = new ChangedTickets();
