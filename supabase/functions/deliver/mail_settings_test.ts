import { equal, failure } from "../_helpdesk/testing.ts";
import { configuredTransport, MailSettingsError, transportOf } from "./mail_settings.ts";

/** The transport of a URL, a name and a password: its class and its fields. */
function made(url: string, user = "", password = ""): [string, Record<string, unknown>] {
  const values: Record<string, string> = {
    ...{ HELPDESK_MAIL_URL: url, HELPDESK_MAIL_USER: user, HELPDESK_MAIL_PASSWORD: password },
  };
  const transport = transportOf((name) => values[name] ?? "");
  return transport === null ? ["none", {}] : [transport.constructor.name, { ...transport }];
}

Deno.test("each form of HELPDESK_MAIL_URL names its transport", () => {
  equal(made(" "), ["none", {}]);
  const server = (url: string, ...more: string[]) => made(url, ...more)[1].server;
  equal(server("smtp://127.0.0.1:2525"), {
    ...{ host: "127.0.0.1", port: 2525, security: "none", user: "", password: "" },
  });
  equal(server("smtps://mail.acme.example", "u", "p"), {
    ...{ host: "mail.acme.example", port: 465, security: "tls", user: "u", password: "p" },
  });
  equal(server("smtp://mail.acme.example", "u", "p"), {
    ...{ host: "mail.acme.example", port: 587, security: "starttls", user: "u", password: "p" },
  });
  equal((server("smtp://[::1]:25") as { host: string }).host, "::1");
  equal(made("postmark:?stream=broadcast", "", "k")[1].stream, "broadcast");
  equal(made("resend:", "", "k")[0], "ResendTransport");
  equal(made("sendgrid:?region=eu", "", "k")[1].url, "https://api.eu.sendgrid.com");
  equal(made("mailgun://mg.acme.example", "", "k")[1].url, "https://api.mailgun.net");
  equal(made("ses://eu-central-1?configuration_set=s", "id", "secret")[1].configurationSet, "s");
});

Deno.test("an authority of one's own is a certificate", async () => {
  const values: Record<string, string> = { HELPDESK_MAIL_URL: "smtps://mail.acme.example" };
  const read = (name: string) => values[name] ?? "";
  const ca = () => ({ ...transportOf(read) } as { ca?: string }).ca;
  equal(ca(), undefined);
  values.HELPDESK_MAIL_CA = "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  equal(ca(), values.HELPDESK_MAIL_CA.trim());
  values.HELPDESK_MAIL_CA = "/etc/ssl/ca.pem";
  await failure(MailSettingsError, async () => await Promise.resolve(ca()));
});

Deno.test("what is missing or not valid is said, without a secret", async () => {
  for (
    const [url, ...more] of [
      ...[["postmark:"], ["ses://eu-central-1", "", "k"], ["smtp://"], ["mailgun:", "", "k"], ["http://x.example"]],
      ...[["smtp://u:secret-1@x.example"], ["smtp://x.example/path"], ["smtp://x.example:70000"], ["smtps://x y"]],
      ...[["sendgrid:?region=us2", "", "k"], ["postmark:?key=secret-1", "", "k"], ["smtp://x.example", "u"]],
    ]
  ) {
    const error = await failure(MailSettingsError, () => Promise.resolve().then(() => made(url!, ...more)));
    equal(error.message.includes("secret-1"), false);
  }
  // The function goes on, and sends webhooks.
  equal(configuredTransport((name) => name === "HELPDESK_MAIL_URL" ? "http://x.example" : ""), null);
});
