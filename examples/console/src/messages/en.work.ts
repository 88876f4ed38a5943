import ticket from "./en/ticket.json" with { type: "json" };
import composer from "./en/composer.json" with { type: "json" };
import assistant from "./en/assistant.json" with { type: "json" };
import knowledge from "./en/knowledge.json" with { type: "json" };

/** The texts of the screens behind a list of tickets: they come with the first of those screens. */
export type WorkTexts = typeof texts;

const texts = { ticket, composer, assistant, knowledge };

export default texts;
