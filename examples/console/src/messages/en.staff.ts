import queue from "./en/queue.json" with { type: "json" };

/** The texts of the first screens of staff, which customers do not load. */
export type StaffTexts = typeof texts;

const texts = { queue };

export default texts;
