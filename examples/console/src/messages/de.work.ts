import type { WorkTexts } from "./en.work.ts";
import ticket from "./de/ticket.json" with { type: "json" };
import composer from "./de/composer.json" with { type: "json" };
import assistant from "./de/assistant.json" with { type: "json" };
import knowledge from "./de/knowledge.json" with { type: "json" };

const texts: WorkTexts = { ticket, composer, assistant, knowledge };

export default texts;
