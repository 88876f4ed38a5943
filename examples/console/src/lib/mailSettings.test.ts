import { describe, expect, it } from "vitest";
import channels from "../../../../supabase/migrations/20261129000300_helpdesk_email_channels.sql?raw";
import sql from "../../../../supabase/migrations/20261129000500_helpdesk_email_settings.sql?raw";
import automatic from "../../../../supabase/migrations/20261129000515_helpdesk_automatic_emails.sql?raw";
import en from "../messages/en/automatic.json" with { type: "json" };
import de from "../messages/de/automatic.json" with { type: "json" };
import { HelpdeskError } from "./errors.ts";
import {
  ACKNOWLEDGED,
  changesOf,
  draftOf,
  FIXED_LIMITS,
  isWholeNumber,
  MAIL_NUMBERS,
  MAIL_SETTINGS,
  type MailSettings,
  sentenceAt,
  settingOf,
} from "./mailSettings.ts";
import { NOTIFICATION_KINDS } from "./mailTexts.ts";

const both = channels + sql;
const settings: MailSettings = {
  email_acknowledgements: "email",
  email_notifications: ["assigned", "mentioned"],
  email_batch_minutes: 5,
  email_max_per_minute: 60,
  email_reopen_days: 14,
  email_tickets_per_sender: 30,
  email_tickets_per_known_sender: 120,
  email_tickets_per_domain: 100,
  email_tickets_per_channel: 300,
  email_reply_line: true,
  email_locale: "en",
  console_url: null,
};
const invalid = (message: string) => new HelpdeskError({ message, details: "helpdesk.invalid_value", status: 400 });

describe("the form has what the database has", () => {
  it("each setting of mail", () => {
    const columns = [...both.matchAll(/add column (\w+)/gu)].map(([, name]) => name);
    expect(columns.length).toBeGreaterThan(6);
    expect(MAIL_SETTINGS).toEqual(expect.arrayContaining(columns));
  });

  it("the choices", () => {
    expect(sql).toContain(`'email_acknowledgements', email_acknowledgements, '${ACKNOWLEDGED.join("', '")}'`);
    expect(sql).toContain(`array['${NOTIFICATION_KINDS.join("', '")}']`);
  });

  it.each(MAIL_NUMBERS.filter((name) => both.includes(name)))("the limits of %s, in both languages", (name) => {
    const [, least, most] = both.match(new RegExp(`number_within\\('${name}', ${name}, (\\d+), (\\d+)\\)`)) ?? [];
    const written = (locale: string) => new Intl.NumberFormat(locale).format(Number(most));
    expect(en.hints[name]).toContain(`${least} to ${written("en")}`);
    expect(de.hints[name]).toContain(`${least} bis ${written("de")}`);
  });

  it.each(Object.entries(FIXED_LIMITS))("the fixed limit %s", (name, [toRequesters, toStaff]) => {
    const [before = ""] = automatic.split(`return '${name}'`);
    const condition = before.slice(before.lastIndexOf("elsif"));
    const of = toStaff === null || toRequesters === toStaff
      ? `>= ${toRequesters} then`
      : `>= (case when v_to_staff then ${toStaff} else ${toRequesters} end) then`;
    expect(condition).toContain(of);
    if (toStaff === null) expect(condition).toContain("not v_to_staff");
  });
});

describe("what the form changes", () => {
  it("is what was touched and differs", () => {
    expect(changesOf(settings, {})).toEqual({});
    expect(changesOf(settings, draftOf(settings))).toEqual({});
    expect(changesOf(settings, { email_batch_minutes: " 10 ", email_locale: "en" })).toEqual({
      email_batch_minutes: 10,
    });
    expect(changesOf(settings, { email_notifications: [] })).toEqual({ email_notifications: [] });
    expect(changesOf(settings, { email_reply_line: false })).toEqual({ email_reply_line: false });
  });

  it("has no address where the field is empty", () => {
    expect(changesOf(settings, { console_url: "  " })).toEqual({});
    expect(changesOf({ ...settings, console_url: "https://a.example" }, { console_url: "" })).toEqual({
      console_url: null,
    });
  });

  it.each([["0", true], [" 12 ", true], ["", false], ["-1", false], ["1.5", false], ["ten", false]])(
    "%j is a whole number: %s",
    (text, wanted) => expect(isWholeNumber(text)).toBe(wanted),
  );
});

describe("an error of the database", () => {
  it("belongs to the field that it names", () => {
    expect(settingOf(invalid("email_batch_minutes must be 0 to 1440"))).toBe("email_batch_minutes");
    expect(settingOf(invalid("console_url must be a plain address"))).toBe("console_url");
    expect(settingOf(invalid("something else is wrong"))).toBeNull();
    expect(settingOf(null)).toBeNull();
  });

  it("is a sentence there", () => {
    const error = invalid("email_batch_minutes must be 0 to 1440");
    expect(sentenceAt(error, "email_batch_minutes")).toBe("Must be 0 to 1440.");
  });
});
