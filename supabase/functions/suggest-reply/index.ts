/**
 * `POST /functions/v1/suggest-reply {"ticket_id": "…", "kind": "reply", "wish": "…"}`: a draft, a summary, next steps or an
 * article from a ticket, as a proposal. The caller must work the ticket; the run is requested with the caller's token.
 *
 * With `accept: text/event-stream` the text of the draft arrives while the model writes it.
 */

import { Assistant } from "../_helpdesk/assistant.ts";
import { notAPost } from "../_helpdesk/http.ts";
import { logged } from "../_helpdesk/request_log.ts";
import { suggest } from "./suggest.ts";

const assistant = Assistant.fromEnvironment();

Deno.serve(logged("suggest-reply", async (request) => notAPost(request) ?? await suggest(assistant, request)));
