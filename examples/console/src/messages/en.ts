import shell from "./en/shell.json" with { type: "json" };
import shared from "./en/shared.json" with { type: "json" };
import settings from "./en/settings.json" with { type: "json" };
import portal from "./en/portal.json" with { type: "json" };
import ticket from "./en/ticket.json" with { type: "json" };
import composer from "./en/composer.json" with { type: "json" };

/** The texts that everybody needs, by area. Another language is four files like these, and a folder. */
export type Texts = typeof texts;

const texts = { shell, shared, settings, portal, ticket, composer };

export default texts;
