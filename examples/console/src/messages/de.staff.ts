import type { StaffTexts } from "./en.staff.ts";
import queue from "./de/queue.json" with { type: "json" };
import assistant from "./de/assistant.json" with { type: "json" };
import knowledge from "./de/knowledge.json" with { type: "json" };

const texts: StaffTexts = { queue, assistant, knowledge };

export default texts;
