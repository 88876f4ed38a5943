import queue from "./en/queue.json" with { type: "json" };
import assistant from "./en/assistant.json" with { type: "json" };
import knowledge from "./en/knowledge.json" with { type: "json" };

/** The texts of the screens of staff, which customers do not load. */
export type StaffTexts = typeof texts;

const texts = { queue, assistant, knowledge };

export default texts;
