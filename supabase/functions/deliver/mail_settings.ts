/**
 * Which transport the settings name. HELPDESK_MAIL_URL says where mails go, and holds no secret; HELPDESK_MAIL_USER and
 * HELPDESK_MAIL_PASSWORD have the name and the password, or the key of a provider. `configuration.py` reads the same.
 */

import { warn } from "../_helpdesk/request_log.ts";
import { MailgunTransport, SesTransport } from "./mail_bytes_providers.ts";
import { PostmarkTransport, ResendTransport, SendgridTransport } from "./mail_json_providers.ts";
import type { Transport } from "./mail_result.ts";
import { SmtpTransport } from "./mail_smtp.ts";

/** A setting is missing or not valid. */
export class MailSettingsError extends Error {
  override name = "MailSettingsError";
}

const FORMS = "smtps://host:465, smtp://host:587, postmark:, resend:, sendgrid:, mailgun://domain or ses://region";
const OPTIONS: Record<string, string[]> = {
  smtp: [],
  smtps: [],
  postmark: ["stream"],
  resend: [],
  sendgrid: ["region"],
  mailgun: ["region"],
  ses: ["configuration_set"],
};
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);
const URL_FORM = /^([a-z]+):(?:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]*)(?::(\d{1,5}))?\/?)?(?:\?([^#]*))?$/i;

/** The transport that the settings name, or null: when there are none, and when they are not valid, which is logged. */
export function configuredTransport(read: (name: string) => string): Transport | null {
  try {
    return transportOf(read);
  } catch (error) {
    if (!(error instanceof MailSettingsError)) throw error;
    warn(`mails are not sent: ${error.message}`);
    return null;
  }
}

/** The transport that the settings name; null when they name none. @throws MailSettingsError */
export function transportOf(read: (name: string) => string): Transport | null {
  const url = read("HELPDESK_MAIL_URL").trim();
  if (!url) return null;
  if (url.includes("@")) {
    throw new MailSettingsError("HELPDESK_MAIL_URL has a name or password; set HELPDESK_MAIL_USER and _PASSWORD");
  }
  const parts = URL_FORM.exec(url);
  const scheme = (parts?.[1] ?? "").toLowerCase();
  const host = (parts?.[2] ?? "").toLowerCase();
  const port = Number(parts?.[3] ?? 0);
  const options = new URLSearchParams(parts?.[4] ?? "");
  const known = OPTIONS[scheme];
  if (!parts || !known || port > 65_535 || [...options.keys()].some((name) => !known.includes(name))) {
    throw new MailSettingsError(`HELPDESK_MAIL_URL names no way to send mails. Use ${FORMS}`);
  }
  const region = options.get("region") ?? "us";
  if (region !== "us" && region !== "eu") throw new MailSettingsError("HELPDESK_MAIL_URL: the region is us or eu");
  if (["smtp", "smtps", "mailgun", "ses"].includes(scheme) && !host) {
    throw new MailSettingsError(`HELPDESK_MAIL_URL needs a name after ${scheme}://`);
  }
  const [user, password] = [read("HELPDESK_MAIL_USER").trim(), read("HELPDESK_MAIL_PASSWORD").trim()];
  if (scheme === "smtp" || scheme === "smtps") return smtp(scheme, host, port, user, password, authority(read));
  if (!password) throw new MailSettingsError(`HELPDESK_MAIL_PASSWORD, the key of ${scheme}, is not set`);
  const europe = region === "eu" ? "eu." : "";
  switch (scheme) {
    case "postmark":
      return new PostmarkTransport(password, options.get("stream") ?? "outbound");
    case "resend":
      return new ResendTransport(password);
    case "sendgrid":
      return new SendgridTransport(password, `https://api.${europe}sendgrid.com`);
    case "mailgun":
      return new MailgunTransport(password, host, `https://api.${europe}mailgun.net`);
  }
  if (!user) throw new MailSettingsError("HELPDESK_MAIL_USER, the id of an access key of Amazon, is not set");
  return new SesTransport(user, password, host, options.get("configuration_set"));
}

/** The certificate of an authority of one's own; undefined without one. @throws MailSettingsError */
function authority(read: (name: string) => string): string | undefined {
  const pem = read("HELPDESK_MAIL_CA").trim();
  if (pem && !/^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----$/.test(pem)) {
    throw new MailSettingsError("HELPDESK_MAIL_CA is no certificate in PEM");
  }
  return pem || undefined;
}

function smtp(
  scheme: string,
  host: string,
  port: number,
  user: string,
  password: string,
  ca: string | undefined,
): Transport {
  if (!!user !== !!password) throw new MailSettingsError("HELPDESK_MAIL_USER and HELPDESK_MAIL_PASSWORD go together");
  const named = host.replaceAll(/[[\]]/g, "");
  if (scheme === "smtps") {
    return new SmtpTransport({ host: named, port: port || 465, security: "tls", user, password }, undefined, ca);
  }
  // In the clear on this machine alone.
  const security = LOOPBACK.has(host) ? "none" : "starttls";
  return new SmtpTransport({ host: named, port: port || 587, security, user, password }, undefined, ca);
}
