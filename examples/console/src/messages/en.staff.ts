import problems from "./en/problems.json" with { type: "json" };
import queue from "./en/queue.json" with { type: "json" };

/** The texts of the first screens of staff, which customers do not load. */
export type StaffTexts = typeof texts;

const texts = { queue, problems };

export default texts;
