import type { Texts } from "./en.ts";
import shell from "./de/shell.json" with { type: "json" };
import shared from "./de/shared.json" with { type: "json" };
import portal from "./de/portal.json" with { type: "json" };
import ticket from "./de/ticket.json" with { type: "json" };
import composer from "./de/composer.json" with { type: "json" };

const texts: Texts = { shell, shared, portal, ticket, composer };

export default texts;
