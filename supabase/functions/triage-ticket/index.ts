/**
 * `POST /functions/v1/triage-ticket {"ticket_id": "…"}`: classifies a ticket; the caller must work it. Without an id: the
 * runs that wait, for whoever is signed in; it says nothing about those that the caller does not see.
 */

import { Assistant } from "../_helpdesk/assistant.ts";
import { notAPost } from "../_helpdesk/http.ts";
import { logged } from "../_helpdesk/request_log.ts";
import { triage } from "./triage.ts";

const assistant = Assistant.fromEnvironment();

Deno.serve(logged("triage-ticket", async (request) => notAPost(request) ?? await triage(assistant, request)));
