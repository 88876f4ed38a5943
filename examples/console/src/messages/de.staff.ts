import type { StaffTexts } from "./en.staff.ts";
import queue from "./de/queue.json" with { type: "json" };

const texts: StaffTexts = { queue };

export default texts;
