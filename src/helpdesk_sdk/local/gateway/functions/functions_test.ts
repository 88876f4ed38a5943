import { assertEquals } from "../testing.ts";
import { withMailUrl } from "./functions.ts";

Deno.test("functions send mails to the mailbox, also when their secrets name a real server", () => {
  const secrets = { HELPDESK_MAIL_URL: "postmark:", HELPDESK_MAIL_PASSWORD: "key", HELPDESK_EMAIL_SECRET: "whsec_x" };
  assertEquals(withMailUrl(secrets, "smtp://127.0.0.1:2525"), {
    HELPDESK_EMAIL_SECRET: "whsec_x",
    HELPDESK_MAIL_URL: "smtp://127.0.0.1:2525",
  });
});
