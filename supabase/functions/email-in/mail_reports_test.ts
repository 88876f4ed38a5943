import { equal } from "../_helpdesk/testing.ts";
import { multipart, read } from "./mail_testing.ts";

const STATUS = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n" +
  "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552\n full\n";
const RETURNED = "Content-Type: text/rfc822-headers\n\nMessage-ID: <m1@desk.example>\nSubject: x\n";

Deno.test("a bounce names recipients, the mail and the token", async () => {
  const token = "a".repeat(26);
  const mail = await read(multipart("report", "\nFailed.", STATUS, RETURNED), undefined, [
    `bounce+${token}@desk.example`,
  ]);
  equal(mail.bounce, {
    ids: ["m1@desk.example"],
    tokens: [token],
    recipients: [{ address: "a@b.example", action: "failed", status: "5.2.2", diagnostic: "552 full" }],
  });
  equal([mail.text, mail.forwarded], ["Failed.", null]);
});

Deno.test("a person who writes about a failure is no bounce", async () => {
  equal((await read("\nI got: Undelivered Mail Returned to Sender")).bounce, null);
  const head = "From: Carla <carla@customer.example>\nSubject: Undelivered Mail Returned to Sender\n";
  equal((await read("\nWhat is this?", head)).bounce, null);
  equal(
    (await read("\nWhat is this?", "From: postmaster@customer.example\nSubject: Re: failure notice\n")).bounce,
    null,
  );
  equal(
    (await read("\n<a@b.example>:\nno", "From: postmaster@customer.example\nSubject: failure notice\n")).bounce
      ?.recipients[0]?.address,
    "a@b.example",
  );
});

Deno.test("a complaint and a receipt name the mail that they are about", async () => {
  const complaint = await read(
    multipart("report", "Content-Type: message/feedback-report\n\nFeedback-Type: abuse", RETURNED),
  );
  equal([complaint.report, complaint.bounce, complaint.references], ["complaint", null, ["m1@desk.example"]]);
  const receipt = await read(
    multipart("report", "Content-Type: message/disposition-notification\n\nOriginal-Message-ID: <m2@desk.example>"),
  );
  equal([receipt.report, receipt.references], ["disposition", ["m2@desk.example"]]);
});

Deno.test("the answer to an invitation", async () => {
  const part = (method: string) => `Content-Type: text/calendar; method=${method}\n\nBEGIN:VCALENDAR`;
  equal((await read(multipart("mixed", part("REPLY")))).is_calendar_reply, true);
  equal((await read(multipart("mixed", part("REQUEST")))).is_calendar_reply, false);
});

Deno.test("what was forwarded: a block, an attached mail, or a head below a prefix", async () => {
  const otto = { from: { name: "Otto", address: "otto@a.example" }, subject: "Invoice" };
  const block = "From: Otto <otto@a.example>\nDate: x\nSubject: Invoice\n\nThe sum is wrong.";
  equal((await read(`\nPlease look.\n\n---------- Forwarded message ---------\n${block}`)).forwarded, otto);
  equal((await read(`\nBegin forwarded message:\n\n> ${block.replaceAll("\n", "\n> ")}`)).forwarded, otto);
  const prefixed = "From: a@desk.example\nSubject: WG: Invoice\n";
  equal((await read(`\nVon: Otto <otto@a.example>\nGesendet: x\nBetreff: Invoice`, prefixed)).forwarded, otto);
  const attached = multipart("mixed", "\nSee.", `Content-Type: message/rfc822\n\n${block}`);
  equal((await read(attached)).forwarded, otto);
  // A prefix alone is nothing, nor is a head in a reply, nor an attached mail in a reply.
  equal((await read("\nHello", prefixed)).forwarded, null);
  equal((await read(`\nHello\n\n${block}`)).forwarded, null);
  equal((await read(`In-Reply-To: <x@y>\n${attached}`)).forwarded, null);
});
