/** Providers that compose the mail themselves: Postmark, Resend, SendGrid. The bodies are those of the Python SDK. */

import {
  type Answer,
  encodedFiles,
  fields,
  type HttpOptions,
  HttpTransport,
  jsonRequest,
  type ProviderRequest,
  textOf,
  written,
} from "./mail_http.ts";
import type { Mail, Mailbox } from "./mail_payload.ts";
import type { MailResult } from "./mail_result.ts";

/** Codes of an answer 422 that blame the account: token, signature, credit, approval. */
const ACCOUNT_CODES = new Set<unknown>([10, 100, 400, 401, 405, 412, 413, 429]);

/** https://postmarkapp.com/developer/api/email-api */
export class PostmarkTransport extends HttpTransport {
  protected readonly name = "postmark";

  constructor(private readonly token: string, private readonly stream: string, options?: HttpOptions) {
    super(options);
  }

  protected request(mail: Mail): ProviderRequest {
    const headers = { "x-postmark-server-token": this.token, accept: "application/json" };
    return jsonRequest("https://api.postmarkapp.com/email", headers, {
      From: written(mail.from),
      To: mail.to.map(written).join(", "),
      Subject: mail.subject,
      TextBody: mail.text,
      MessageStream: this.stream,
      TrackOpens: false,
      TrackLinks: "None",
      // Without the first header, Postmark replaces Message-ID.
      Headers: [["X-PM-KeepID", "true"], ...mail.headers].map(([Name, Value]) => ({ Name, Value })),
      Attachments: encodedFiles(mail).map(({ name, type, content }) => ({
        ...{ Name: name, ContentType: type, Content: content },
      })),
      ...(mail.html === null ? {} : { HtmlBody: mail.html }),
      ...(mail.cc.length === 0 ? {} : { Cc: mail.cc.map(written).join(", ") }),
      ...(mail.replyTo ? { ReplyTo: written(mail.replyTo) } : {}),
    });
  }

  protected accepted({ body }: Answer): Pick<MailResult, "providerId"> {
    return { providerId: textOf(fields(body).MessageID) };
  }

  protected override isFinal(answer: Answer): boolean {
    return super.isFinal(answer) && !ACCOUNT_CODES.has(fields(answer.body).ErrorCode);
  }
}

/** The same mail is under way, or the key is not valid, which comes as 400 too. */
const PASSING = new Set<unknown>([
  ...["concurrent_idempotent_requests", "invalid_api_key", "missing_api_key", "restricted_api_key"],
]);

/** https://resend.com/docs/api-reference/emails/send-email: a mail of one Message-ID is accepted once in 24 hours. */
export class ResendTransport extends HttpTransport {
  protected readonly name = "resend";
  protected override readonly isIdempotent = true;

  constructor(private readonly key: string, options?: HttpOptions) {
    super(options);
  }

  protected request(mail: Mail): ProviderRequest {
    const id = mail.messageId.slice(1, -1).slice(0, 256);
    const headers = { authorization: `Bearer ${this.key}`, "idempotency-key": id };
    return jsonRequest("https://api.resend.com/emails", headers, {
      from: written(mail.from),
      to: mail.to.map(written),
      subject: mail.subject,
      text: mail.text,
      headers: Object.fromEntries(mail.headers),
      attachments: encodedFiles(mail).map(({ name, type, content }) => ({
        ...{ filename: name, content_type: type, content },
      })),
      ...(mail.html === null ? {} : { html: mail.html }),
      ...(mail.cc.length === 0 ? {} : { cc: mail.cc.map(written) }),
      ...(mail.replyTo ? { reply_to: written(mail.replyTo) } : {}),
    });
  }

  protected accepted({ body }: Answer): Pick<MailResult, "providerId"> {
    // Resend's own id. Amazon SES, which sends for Resend, stamps another that the answer does not have.
    return { providerId: textOf(fields(body).id) };
  }

  protected override isFinal(answer: Answer): boolean {
    const { name, message } = fields(answer.body);
    return !PASSING.has(name) && !String(message).includes("API key") && super.isFinal(answer);
  }
}

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
export class SendgridTransport extends HttpTransport {
  protected readonly name = "sendgrid";

  constructor(private readonly key: string, private readonly url: string, options?: HttpOptions) {
    super(options);
  }

  protected request(mail: Mail): ProviderRequest {
    const files = encodedFiles(mail);
    const headers = { authorization: `Bearer ${this.key}` };
    return jsonRequest(`${this.url}/v3/mail/send`, headers, {
      personalizations: [{ to: mail.to.map(box), ...(mail.cc.length === 0 ? {} : { cc: mail.cc.map(box) }) }],
      from: box(mail.from),
      subject: mail.subject,
      content: [
        // SendGrid refuses an empty body.
        { type: "text/plain", value: mail.text || " " },
        ...(mail.html ? [{ type: "text/html", value: mail.html }] : []),
      ],
      headers: Object.fromEntries(mail.headers),
      tracking_settings: {
        click_tracking: { enable: false, enable_text: false },
        open_tracking: { enable: false },
      },
      ...(mail.replyTo ? { reply_to: box(mail.replyTo) } : {}),
      ...(files.length === 0 ? {} : {
        attachments: files.map(({ name, type, content }) => ({
          ...{ filename: name, type, content, disposition: "attachment" },
        })),
      }),
    });
  }

  protected accepted({ headers }: Answer): Pick<MailResult, "providerId"> {
    return { providerId: textOf(headers.get("x-message-id")) };
  }
}

function box({ address, name }: Mailbox): Record<string, string> {
  return { email: address, ...(name ? { name } : {}) };
}
