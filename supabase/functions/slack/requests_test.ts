import { equal } from "../_helpdesk/testing.ts";
import { isSlacks } from "./desk.ts";
import { plainText, read } from "./requests.ts";

const EVENT = {
  type: "message",
  channel: "C1",
  thread_ts: "1.1",
  ts: "1.2",
  user: "U1",
  team: "T1",
  text: "Hello",
};

function asked(event: Record<string, unknown>) {
  return read(JSON.stringify({ team_id: "T1", event_id: "Ev1", event: { ...EVENT, ...event } }), "application/json")
    .ask;
}

Deno.test("a text of Slack becomes a text that people read", () => {
  const cases: [string, string][] = [
    ["a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"],
    ["<@U1|ada> and <@U2>", "ada and @U2"],
    ["<!channel> <!here|here> <!subteam^S1|@desk>", "@channel here @desk"],
    ["<#C1|general>", "general"],
    ["<https://x.example|https://x.example> <https://y.example>", "https://x.example https://y.example"],
    ["<https://x.example|click>", "click (https://x.example)"],
    ["<mailto:a@b.example|a@b.example>", "a@b.example"],
    ["  ", ""],
  ];
  for (const [said, plain] of cases) equal(plainText(said), plain);
});

Deno.test("a reply in a thread is a note, and a public reply with its marker", () => {
  equal(asked({})?.act, "note");
  equal(asked({ text: "!reply  Hello" })?.args.text, "Hello");
  equal(asked({ text: "!Reply\nHello" })?.act, "reply");
  equal(asked({ text: "!replying is fine" })?.act, "note");
  equal(asked({ text: "&lt;!reply x" })?.act, "note");
  equal(asked({ subtype: "file_share" })?.act, "note");
});

Deno.test("what nobody wrote in a thread asks for nothing", () => {
  for (
    const event of [
      { thread_ts: undefined },
      { ts: "1.1" },
      { bot_id: "B1" },
      { subtype: "message_changed" },
      { subtype: "bot_message" },
      { type: "app_mention" },
      { team: "T2" },
      { text: "" },
      { text: 5 },
    ]
  ) equal(asked(event), null);
  for (const body of ["", "null", "[]", '"x"', '{"event":5}', '{"event":null,"team_id":7}']) {
    equal(read(body, "application/json").ask, null);
  }
  for (const body of ["", "payload=", "payload=5", "payload=%7B%7D", "payload={", "a=b"]) {
    equal(read(body, "application/x-www-form-urlencoded").ask, null);
  }
});

Deno.test("answers go to Slack and nowhere else", () => {
  const slack = "https://slack.com/api";
  equal(isSlacks("https://hooks.slack.com/actions/T1/1/x", slack), true);
  for (
    const url of [
      "https://hooks.slack.com.evil.example/",
      "http://hooks.slack.com/",
      "https://hooks.slack.com:8443/",
      "https://x@hooks.slack.com/",
      "https://169.254.169.254/",
      "",
    ]
  ) equal(isSlacks(url, slack), false);
  equal(isSlacks("http://127.0.0.1:5/response/1", "http://127.0.0.1:5/api"), true);
});
