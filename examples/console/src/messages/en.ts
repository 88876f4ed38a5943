import shell from "./en/shell.json" with { type: "json" };
import shared from "./en/shared.json" with { type: "json" };
import portal from "./en/portal.json" with { type: "json" };
import ticket from "./en/ticket.json" with { type: "json" };
import composer from "./en/composer.json" with { type: "json" };

/** The texts that everybody needs, by area. Another language is six files like these, and a folder. */
export type Texts = typeof texts;

const texts = { shell, shared, portal, ticket, composer };

export default texts;
