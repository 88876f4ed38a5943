// The load scenario for a hosted project, in k6. Nothing is imported from elsewhere.
//
//   k6 run -e HELPDESK_URL=https://REF.supabase.co -e HELPDESK_KEY=sb_publishable_… -e PEOPLE=people.json k6.js
//
// people.json is a list of {"email", "password", "is_agent"}: use a staging project. Sign-in is limited by the platform,
// so everybody signs in once, in setup(). RATE is requests a second (open model), SECONDS the length.

import http from "k6/http";
import ws from "k6/ws";
import { check } from "k6";
import { SharedArray } from "k6/data";
import exec from "k6/execution";

const url = __ENV.HELPDESK_URL;
const key = __ENV.HELPDESK_KEY;
const rate = Number(__ENV.RATE || 20);
const seconds = Number(__ENV.SECONDS || 60);
const logins = new SharedArray("people", () => JSON.parse(open(__ENV.PEOPLE || "people.json")));

// In a hundred requests. benchmarks/load/model.py has the same numbers.
export const SHARES = {
  "my tickets": 20,
  "team tickets": 20,
  "timeline": 24,
  "search": 6,
  "reply": 20,
  "create": 8,
  "claim": 2,
};
const CUSTOMERS = ["my tickets", "timeline", "search", "reply", "create"];
const AGENTS = ["team tickets", "timeline", "search", "reply", "claim"];

export const options = {
  scenarios: {
    requests: {
      executor: "constant-arrival-rate",
      rate,
      timeUnit: "1s",
      duration: `${seconds}s`,
      preAllocatedVUs: 50,
      maxVUs: 200,
      exec: "requests",
    },
    subscribers: {
      executor: "constant-vus",
      vus: Number(__ENV.SUBSCRIBERS || 20),
      duration: `${seconds}s`,
      exec: "subscribe",
    },
  },
  thresholds: {
    http_req_failed: ["rate<0.01"],
    http_req_duration: ["p(95)<500", "p(99)<1500"],
    dropped_iterations: ["count<1"],
  },
};

function headers(token) {
  return {
    apikey: key,
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    "Accept-Profile": "helpdesk",
    "Content-Profile": "helpdesk",
  };
}

function rpc(person, name, body, tag) {
  return http.post(`${url}/rest/v1/rpc/${name}`, JSON.stringify(body), {
    headers: headers(person.token),
    tags: { name: tag },
  });
}

function list(person, view, tag) {
  const query = "select=ticket_id,number,title,status&status=eq.open&order=created_at.desc,ticket_id.desc&limit=25";
  return http.get(`${url}/rest/v1/${view}?${query}`, { headers: headers(person.token), tags: { name: tag } });
}

/** Everybody signs in, and everybody's id and first tickets are read. */
export function setup() {
  return logins.map((login) => {
    const answer = http.post(
      `${url}/auth/v1/token?grant_type=password`,
      JSON.stringify({ email: login.email, password: login.password }),
      { headers: { apikey: key, "Content-Type": "application/json" } },
    );
    check(answer, { "signed in": (one) => one.status === 200 });
    const person = { token: answer.json().access_token, is_agent: Boolean(login.is_agent), seen: [] };
    person.user_id = rpc(person, "whoami", {}, "whoami").json().user_id;
    person.seen = list(person, person.is_agent ? "team_tickets" : "my_tickets", "setup").json()
      .map((ticket) => ticket.ticket_id);
    return person;
  });
}

function choose(acts) {
  let place = Math.random() * acts.reduce((sum, act) => sum + SHARES[act], 0);
  return acts.find((act) => (place -= SHARES[act]) < 0) || acts[0];
}

function act(person) {
  const name = choose(person.is_agent ? AGENTS : CUSTOMERS);
  const ticket_id = person.seen[Math.floor(Math.random() * person.seen.length)];
  if (name === "my tickets") return list(person, "my_tickets", name);
  if (name === "team tickets") return list(person, "team_tickets", name);
  if (name === "search") return rpc(person, "search_tickets", { query: "delivery", max_rows: 25 }, name);
  if (name === "claim") return rpc(person, "claim_next_ticket", {}, name);
  if (name === "create" || ticket_id === undefined) {
    return rpc(person, "create_ticket", { title: "About a delivery", description: "Under load." }, "create");
  }
  if (name === "timeline") return rpc(person, "ticket_timeline", { ticket_id, max_rows: 50 }, name);
  return rpc(person, "send_reply", { ticket_id, body: "Under load." }, name);
}

export function requests(people) {
  const answer = act(people[exec.scenario.iterationInTest % people.length]);
  // 409: somebody else has replied, or was faster to claim. That is the rules' answer.
  check(answer, { "answered by the rules": (one) => one.status < 400 || one.status === 409 });
}

/** A person's own topic, which announces their events; the token is sent with the join. */
export function subscribe(people) {
  const person = people[exec.vu.idInTest % people.length];
  const place = url.replace(/^http/, "ws");
  const topic = `realtime:helpdesk:user:${person.user_id}`;
  ws.connect(`${place}/realtime/v1/websocket?apikey=${key}&vsn=2.0.0`, {}, (socket) => {
    socket.on("open", () => {
      const payload = { config: { private: true }, access_token: person.token };
      socket.send(JSON.stringify(["1", "1", topic, "phx_join", payload]));
      socket.setInterval(() => socket.send(JSON.stringify([null, "2", "phoenix", "heartbeat", {}])), 25000);
    });
    socket.on("message", (data) => {
      const frame = typeof data === "string" ? JSON.parse(data) : [];
      if (frame[3] === "phx_reply" && frame[1] === "1") check(frame, { joined: (one) => one[4].status === "ok" });
    });
    socket.setTimeout(() => socket.close(), seconds * 1000);
  });
}
