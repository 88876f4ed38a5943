import type { Messages } from "./en.ts";
import auth from "./de/auth.json" with { type: "json" };
import shell from "./de/shell.json" with { type: "json" };
import queue from "./de/queue.json" with { type: "json" };
import ticket from "./de/ticket.json" with { type: "json" };
import composer from "./de/composer.json" with { type: "json" };
import assistant from "./de/assistant.json" with { type: "json" };
import knowledge from "./de/knowledge.json" with { type: "json" };
import admin from "./de/admin.json" with { type: "json" };
import portal from "./de/portal.json" with { type: "json" };
import settings from "./de/settings.json" with { type: "json" };
import shared from "./de/shared.json" with { type: "json" };

const messages: Messages = {
  auth,
  shell,
  queue,
  ticket,
  composer,
  assistant,
  knowledge,
  admin,
  portal,
  settings,
  shared,
};

export default messages;
