/** A Cloudflare Email Worker that hands each mail to the function `email-in`, byte for byte and signed. */

interface Mail {
  from: string;
  to: string;
  raw: ReadableStream<Uint8Array>;
}

export default {
  async email(mail: Mail, env: { EMAIL_IN_URL: string; HELPDESK_EMAIL_SECRET: string }): Promise<void> {
    const raw = new Uint8Array(await new Response(mail.raw).arrayBuffer());
    const [id, time] = [crypto.randomUUID(), String(Math.floor(Date.now() / 1000))];
    const secret = Uint8Array.from(atob(env.HELPDESK_EMAIL_SECRET.replace(/^whsec_/, "")), (c) => c.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signed = await new Blob([`${id}.${time}.`, raw]).arrayBuffer();
    const signature = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, signed))));
    const headers = {
      "content-type": "message/rfc822",
      "webhook-id": id,
      "webhook-timestamp": time,
      "webhook-signature": `v1,${signature}`,
      "x-envelope-from": mail.from,
      "x-envelope-to": mail.to,
    };
    const answer = await fetch(env.EMAIL_IN_URL, { method: "POST", headers, body: raw });
    // An exception is a temporary failure to the sender's server, which tries again: no mail is lost.
    if (!answer.ok) throw new Error(`The helpdesk answered ${answer.status}`);
  },
};
