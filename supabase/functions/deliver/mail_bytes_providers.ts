/** Providers that receive the finished bytes: Mailgun and Amazon SES. The requests are those of the Python SDK. */

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

/** The headers with Amazon's signature of version 4, for a request without a query whose path needs no escapes. */
export async function signatureV4(
  request: { method: string; path: string; headers: Record<string, string>; content: string },
  key: { id: string; secret: string; region: string; service: string },
  at: Date,
): Promise<Record<string, string>> {
  const stamp = at.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const signed: Record<string, string> = { ...request.headers, "x-amz-date": stamp };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]!.trim().replaceAll(/\s+/g, " ")}\n`).join("");
  const digest = await sha256(request.content);
  const canonical = [request.method, request.path, "", lines, names.join(";"), digest].join("\n");
  const scope = `${stamp.slice(0, 8)}/${key.region}/${key.service}/aws4_request`;
  const asked = ["AWS4-HMAC-SHA256", stamp, scope, await sha256(canonical)].join("\n");
  let secret = encoded(`AWS4${key.secret}`);
  for (const part of [...scope.split("/"), asked]) secret = await hmac(secret, part);
  const credential = `Credential=${key.id}/${scope}, SignedHeaders=${names.join(";")}, Signature=${hex(secret)}`;
  return { ...signed, authorization: `AWS4-HMAC-SHA256 ${credential}` };
}

async function hmac(secret: Uint8Array<ArrayBuffer>, value: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoded(value)));
}

async function sha256(value: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoded(value))));
}

function encoded(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

function hex(value: Uint8Array): string {
  return [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
