import mail from "./en/mail.json" with { type: "json" };

/** The texts about mail that arrived: of the quarantine, and of tickets with mails. */
export type MailTexts = typeof texts;

const texts = { mail };

export default texts;
