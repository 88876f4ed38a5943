import type { MailTexts } from "./en.mail.ts";
import mail from "./de/mail.json" with { type: "json" };

const texts: MailTexts = { mail };

export default texts;
