/** A Cloudflare Email Worker that hands each mail to the function `email-in`, byte for byte and signed. */

interface Mail {
  from: string;
  to: string;
  raw: ReadableStream<Uint8Array>;
}

export default {
  async email(mail: Mail, env: { EMAIL_IN_URL: string; HELPDESK_EMAIL_SECRET: string }): Promise<void> {
    const raw = base64(new Uint8Array(await new Response(mail.raw).arrayBuffer()));
    // One body: the signature is over the mail and over its envelope.
    const body = JSON.stringify({ envelope: { from: mail.from, to: [mail.to] }, mail: raw });
    const [id, time] = [crypto.randomUUID(), String(Math.floor(Date.now() / 1000))];
    const secret = Uint8Array.from(atob(env.HELPDESK_EMAIL_SECRET.replace(/^whsec_/, "")), (c) => c.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signed = new TextEncoder().encode(`${id}.${time}.${body}`);
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": time,
      "webhook-signature": `v1,${base64(new Uint8Array(await crypto.subtle.sign("HMAC", key, signed)))}`,
    };
    const answer = await fetch(env.EMAIL_IN_URL, { method: "POST", headers, body });
    // An exception is a temporary failure to the sender's server, which tries again: no mail is lost.
    if (!answer.ok) throw new Error(`The helpdesk answered ${answer.status}`);
  },
};

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
