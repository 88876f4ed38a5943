/** Stands in for the modules of k6: requests are noted, and every answer is a good one. */

export interface Asked {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
}

export const asked: Asked[] = [];
// @ts-ignore: k6 has these globals.
globalThis.__ENV = { HELPDESK_URL: "https://abc.supabase.co", HELPDESK_KEY: "sb_publishable_x", RATE: "20" };
// @ts-ignore: it reads the file with the people.
globalThis.open = () => JSON.stringify([{ email: "a@example.com", password: "x", is_agent: false }]);

// Every answer has what any of the callers reads.
const id = "11111111-1111-4111-8111-111111111111";

function answer(method: string, url: string, body: unknown, options: { headers: Record<string, string> }) {
  asked.push({ method, url, headers: options.headers, body: typeof body === "string" ? JSON.parse(body) : null });
  const rows = Object.assign([{ ticket_id: id }], { access_token: "token", user_id: id });
  return { status: 200, json: () => rows };
}

type Options = { headers: Record<string, string> };

export default {
  get: (url: string, options: Options) => answer("GET", url, null, options),
  post: (url: string, body: string, options: Options) => answer("POST", url, body, options),
  connect(url: string, _options: unknown, run: (socket: unknown) => void) {
    const handlers: Record<string, (data?: string) => void> = {};
    run({
      on: (event: string, handler: () => void) => handlers[event] = handler,
      send: (text: string) => asked.push({ method: "WS", url, headers: {}, body: JSON.parse(text) }),
      setInterval: () => {},
      setTimeout: () => {},
      close: () => {},
    });
    handlers.open!();
    handlers.message!(JSON.stringify(["1", "1", "realtime:x", "phx_reply", { status: "ok" }]));
  },
  scenario: { iterationInTest: 0 },
  vu: { idInTest: 0 },
};

export function check(value: unknown, checks: Record<string, (value: never) => boolean>): boolean {
  for (const [name, holds] of Object.entries(checks)) {
    if (!holds(value as never)) throw new Error(name);
  }
  return true;
}

export class SharedArray {
  constructor(_name: string, make: () => unknown[]) {
    return make() as unknown as SharedArray;
  }
}
