import type { StaffTexts } from "./en.staff.ts";
import problems from "./de/problems.json" with { type: "json" };
import queue from "./de/queue.json" with { type: "json" };

const texts: StaffTexts = { queue, problems };

export default texts;
