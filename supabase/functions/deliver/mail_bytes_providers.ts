/** Providers that receive the finished bytes: Mailgun and Amazon SES. The requests are those of the Python SDK. */

import { signatureV4 } from "../_helpdesk/aws_signature.ts";
import { composed } from "./mail_compose.ts";
import {
  type Answer,
  base64,
  fields,
  type HttpOptions,
  HttpTransport,
  jsonRequest,
  type ProviderRequest,
  textOf,
} from "./mail_http.ts";
import { type Mail, recipientsOf } from "./mail_payload.ts";
import type { MailResult } from "./mail_result.ts";
import { sesId } from "./mail_smtp.ts";

/** https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages */
export class MailgunTransport extends HttpTransport {
  protected readonly name = "mailgun";

  constructor(
    private readonly key: string,
    private readonly domain: string,
    private readonly url: string,
    options?: HttpOptions,
  ) {
    super(options);
  }

  protected async request(mail: Mail): Promise<ProviderRequest> {
    const body = new FormData();
    for (const address of recipientsOf(mail)) body.append("to", address);
    body.append("o:tracking", "no");
    const bytes = await composed(mail) as Uint8Array<ArrayBuffer>;
    body.append("message", new Blob([bytes], { type: "message/rfc822" }), "message.eml");
    const authorization = `Basic ${base64(new TextEncoder().encode(`api:${this.key}`))}`;
    return { url: `${this.url}/v3/${this.domain}/messages.mime`, headers: { authorization }, body };
  }

  protected accepted({ body }: Answer): Pick<MailResult, "stampedId" | "providerId"> {
    const id = textOf(fields(body).id);
    return { providerId: id, stampedId: id?.startsWith("<") ? id : null };
  }
}

const PATH = "/v2/email/outbound-emails";
/** Answers 400 that blame the account and not the mail. */
const ACCOUNT_TYPES = new Set([
  "AccountSuspendedException",
  "SendingPausedException",
  "MailFromDomainNotVerifiedException",
  "LimitExceededException",
  "TooManyRequestsException",
]);

/** Amazon SES, version 2 of its API. It replaces Message-ID. */
export class SesTransport extends HttpTransport {
  protected readonly name = "ses";

  constructor(
    private readonly accessKey: string,
    private readonly secretKey: string,
    private readonly region: string,
    private readonly configurationSet: string | null,
    options?: HttpOptions,
  ) {
    super(options);
  }

  protected async request(mail: Mail): Promise<ProviderRequest> {
    const host = `email.${this.region}.amazonaws.com`;
    const request = jsonRequest(`https://${host}${PATH}`, {}, {
      Destination: {
        ToAddresses: mail.to.map(({ address }) => address),
        CcAddresses: mail.cc.map(({ address }) => address),
      },
      Content: { Raw: { Data: base64(await composed(mail)) } },
      ...(this.configurationSet ? { ConfigurationSetName: this.configurationSet } : {}),
    });
    const signed = await signatureV4(
      { method: "POST", path: PATH, headers: { ...request.headers, host }, content: request.body as string },
      { id: this.accessKey, secret: this.secretKey, region: this.region, service: "ses" },
      new Date(),
    );
    // fetch sets it itself.
    delete signed.host;
    return { ...request, headers: signed };
  }

  protected accepted({ body }: Answer): Pick<MailResult, "stampedId" | "providerId"> {
    const id = textOf(fields(body).MessageId);
    return { providerId: id, stampedId: id && sesId(id, this.region) };
  }

  protected override isFinal(answer: Answer): boolean {
    // The type stands in a header, perhaps with an address after a colon; the body has only the message.
    const kind = (answer.headers.get("x-amzn-errortype") ?? "").split(":")[0]!;
    return super.isFinal(answer) && !ACCOUNT_TYPES.has(kind);
  }
}
