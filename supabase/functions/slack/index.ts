/**
 * `POST /functions/v1/slack`: events, buttons and the command /helpdesk of a Slack app. Slack signs its requests; they
 * have no key of the project. Its page in the documentation says how to set it up.
 */

import { Api } from "../_helpdesk/api.ts";
import { readEnvironment } from "../_helpdesk/environment.ts";
import { notAPost, refusal } from "../_helpdesk/http.ts";
import { logged } from "../_helpdesk/request_log.ts";
import { SlackDesk } from "./desk.ts";

const desk = new SlackDesk(new Api(readEnvironment((name) => Deno.env.get(name))));

Deno.serve(logged("slack", async (request) => {
  const refused = notAPost(request);
  if (refused) return refused;
  try {
    return await desk.answer(request);
  } catch (error) {
    return refusal(error);
  }
}));
