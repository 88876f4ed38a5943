import auth from "./en/auth.json" with { type: "json" };
import shell from "./en/shell.json" with { type: "json" };
import queue from "./en/queue.json" with { type: "json" };
import ticket from "./en/ticket.json" with { type: "json" };
import composer from "./en/composer.json" with { type: "json" };
import assistant from "./en/assistant.json" with { type: "json" };
import knowledge from "./en/knowledge.json" with { type: "json" };
import admin from "./en/admin.json" with { type: "json" };
import portal from "./en/portal.json" with { type: "json" };
import settings from "./en/settings.json" with { type: "json" };
import shared from "./en/shared.json" with { type: "json" };

/** A language: its texts by area. Another language is a file like this one, and a folder. */
export type Messages = typeof messages;

const messages = { auth, shell, queue, ticket, composer, assistant, knowledge, admin, portal, settings, shared };

export default messages;
