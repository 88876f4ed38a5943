/** Reads requests as JSON from standard input, and writes what the published package says about each. */

import { Webhook } from "standardwebhooks";

interface Received {
  secret: string;
  headers: Record<string, string>;
  body: string;
}

const received = JSON.parse(await new Response(Deno.stdin.readable).text()) as Received[];
const verdicts = received.map(({ secret, headers, body }) => {
  try {
    return new Webhook(secret).verify(body, headers);
  } catch (error) {
    return (error as Error).message;
  }
});
console.log(JSON.stringify(verdicts));
