import { expect, it } from "vitest";
import templates from "../../../../supabase/migrations/20261129000505_helpdesk_email_templates.sql?raw";
import settings from "../../../../supabase/migrations/20261129000500_helpdesk_email_settings.sql?raw";
import { localesOf, type MailTemplate, NOTIFICATION_KINDS, PLACEHOLDERS, TEMPLATE_KINDS } from "./mailTexts.ts";

it("knows the placeholders of the database", () => {
  const [, list = ""] = templates.split("insert into helpdesk_private.email_placeholders");
  const names = [...list.split("\n\n")[0]!.matchAll(/\('([a-z.]+)', \d+/gu)].map(([, name]) => name);
  expect(names).toEqual([...PLACEHOLDERS]);
});

it("knows the kinds of templates that are built in", () => {
  const kinds = [...templates.matchAll(/^ {2}(?: {2}|\()'([a-z_]+)', 'en',/gmu)].map(([, kind]) => kind);
  expect(kinds.sort()).toEqual([...TEMPLATE_KINDS].sort());
});

it.each(NOTIFICATION_KINDS)("%s is a notification of the database", (kind) => expect(settings).toContain(kind));

it("offers each language once", () => {
  const of = (locale: string) => ({ kind: "assigned", locale }) as MailTemplate;
  expect(localesOf([of("fr"), of("en")], ["en", "de"])).toEqual(["de", "en", "fr"]);
});
