/** Amazon for tests: notices that carry a mail, signed as the Simple Notification Service signs them. */

import type { Call } from "./adapters.ts";
import { base64 } from "./signatures.ts";

const AUTHOR = "Carla <carla@customer.example>";
export const TOPIC = "arn:aws:sns:eu-central-1:1:mail";
const ORDER: Record<string, string[]> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};

const der = (tag: number, ...content: number[]): number[] => [
  tag,
  ...(content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255]),
  ...content,
];

/** A key with a certificate, and what it signs. */
export async function amazon(version: "1" | "2", host = "sns.eu-central-1.amazonaws.com") {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: Uint8Array.from([1, 0, 1]),
    hash: version === "1" ? "SHA-1" : "SHA-256",
  };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const body = der(
    0x30,
    ...der(0xa0, 2, 1, 2),
    2,
    1,
    1,
    ...der(0x30),
    ...der(0x30),
    ...der(0x30),
    ...der(0x30),
    ...spki,
  );
  const certificate = der(0x30, ...body, ...der(0x30), ...der(3, 0));
  const url = `https://${host}/SimpleNotificationService-${crypto.randomUUID().replaceAll("-", "")}.pem`;
  const asked: string[] = [];
  const send = ((address: string) => {
    asked.push(address);
    const pem = `-----BEGIN CERTIFICATE-----\n${base64(Uint8Array.from(certificate))}\n-----END CERTIFICATE-----\n`;
    return Promise.resolve(new Response(address === url ? pem : "ok"));
  }) as typeof fetch;
  const message = async (values: Record<string, string>, changes: Record<string, string> = {}): Promise<Call> => {
    const one: Record<string, string> = {
      Type: "Notification",
      MessageId: "m1",
      TopicArn: TOPIC,
      Timestamp: new Date().toISOString(),
      ...values,
    };
    const content = ORDER[one.Type!]!.filter((name) => one[name] !== undefined).map((name) => `${name}\n${one[name]}\n`)
      .join("");
    const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", pair.privateKey, new TextEncoder().encode(content));
    const signed = {
      ...one,
      SignatureVersion: version,
      Signature: base64(new Uint8Array(signature)),
      SigningCertURL: url,
      ...changes,
    };
    return {
      headers: new Headers(),
      body: new TextEncoder().encode(JSON.stringify(signed)),
      secret: () => `arn:other ${TOPIC}`,
      fetch: send,
      isFirstUse: () => Promise.resolve(true),
      now: Date.now(),
    };
  };
  return { message, asked };
}

/** What the service says of a mail that came. */
export const notice = (receipt: Record<string, unknown>, content: string | null, from = [AUTHOR]) =>
  JSON.stringify({
    notificationType: "Received",
    mail: { source: "carla@customer.example", commonHeaders: { from } },
    receipt: { recipients: ["support@desk.example"], ...receipt },
    content,
  });
