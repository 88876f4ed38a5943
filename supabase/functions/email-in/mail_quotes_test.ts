import { equal } from "../_helpdesk/testing.ts";
import { trimmedFrom } from "./mail_quotes.ts";

const kept = (text: string) => {
  const at = trimmedFrom(text);
  return at === null ? null : text.slice(0, at).trimEnd();
};

Deno.test("the lines that programs put above a quote, in many languages", () => {
  for (
    const line of [
      "On Sun, Nov 29, 2026 at 11:20 AM Anna <a@desk.example> wrote:",
      "Am 29.11.2026 um 11:20 schrieb Anna:",
      "Am So., 29. Nov. 2026 um 11:20 Uhr schrieb Anna <a@desk.example>:",
      "Le dim. 29 nov. 2026 à 11:20, Anna <a@desk.example> a écrit :",
      "El dom, 29 nov 2026 a las 11:20, Anna (<a@desk.example>) escribió:",
      "Il giorno dom 29 nov 2026 alle ore 11:20 Anna <a@desk.example> ha scritto:",
      "Em dom., 29 de nov. de 2026 às 11:20, Anna <a@desk.example> escreveu:",
      "Op zo 29 nov 2026 om 11:20 schreef Anna <a@desk.example>:",
      "Den sön 29 nov. 2026 kl 11:20 skrev Anna <a@desk.example>:",
      "W dniu 29.11.2026 o 11:20 Anna napisał(a):",
      "вс, 29 нояб. 2026 г. в 11:20, Anna <a@desk.example> написал(а):",
      "Anna <a@desk.example> 于2026年11月29日周日 11:20写道:",
      "2026年11月29日(日) 11:20 Anna <a@desk.example> のメール:",
    ]
  ) {
    equal(
      kept(`It works.\n\n${line}\n\n> switch it off\n> and on`),
      "It works.",
    );
    equal(kept(`It works.\n\n${line}\n\nswitch it off`) !== null, true);
  }
});

Deno.test("a wrapped line, a rule, Outlook's head, and our own line", () => {
  equal(kept("Yes.\n\nOn Sun, Nov 29, 2026 at 11:20 AM Anna (Acme) <\na@desk.example> wrote:\n> no"), "Yes.");
  equal(kept("Yes.\n\n-----Original Message-----\nFrom: Anna\nno"), "Yes.");
  equal(kept("Yes.\n\n-----Ursprüngliche Nachricht-----\nno"), "Yes.");
  equal(kept("Yes.\n________________________________\nFrom: Anna\nSent: Sunday\nTo: Carla\nSubject: x\n\nno"), "Yes.");
  equal(kept("Ja.\n\nVon: Anna\nGesendet: Sonntag\nAn: Carla\nBetreff: x\n\nno"), "Ja.");
});

Deno.test("the line above which people reply, in any language", () => {
  equal(kept("Yes.\n\n##- Please reply above this line -##\n\nno"), "Yes.");
  equal(kept("Yes.\n\n> ##- 请在此行上方回复 -##\n> no"), "Yes.");
  equal(kept("Yes.\nEla disse:\n| ##- Responda acima desta linha -##\n| no"), "Yes.\nEla disse:");
  equal(kept("> ##- Please reply above this line -##\n> no\n\nYes."), null);
  equal(kept("##- Please reply above this line -##\n\nno"), null);
});

Deno.test("signatures", () => {
  equal(kept("Please help.\n\n-- \nCarla\nCustomer Ltd"), "Please help.");
  equal(kept("Please help.\n\nSent from my phone"), "Please help.");
  equal(kept("Please help.\n\n-- \nCarla\n\nOn 29.11.2026 Anna wrote:\n> no"), "Please help.");
  equal(kept(`Please help.\n-- \n${"a line\n".repeat(40)}`), null);
});

Deno.test("in doubt everything is shown", () => {
  equal(kept("> no\n> no"), null);
  equal(kept("On 29.11.2026 Anna wrote:\n> no"), null);
  equal(kept("> Which floor?\nThe second.\n> Which model?\nLX"), null);
  equal(kept("Yes.\n\nOn 29.11.2026 Anna wrote:\n> a\nbelow\n> b"), null);
  equal(kept("From: here to there\nI want to go."), null);
  equal(kept("As I wrote: it is broken.\nPlease help."), null);
  equal(kept("Hello"), null);
  equal(kept(""), null);
  equal(trimmedFrom("-- \nCarla"), null);
});

Deno.test("texts that are made to be slow take time in proportion to their length", () => {
  const slow = [
    "\n",
    "On ",
    "On On wrote\n",
    ">",
    "> \n",
    "From: x\n",
    "-- \n",
    "-",
    "_\n",
    "On 1 <",
    "wrote:",
    "a\n".repeat(10) + "On 1\n",
  ];
  for (const piece of slow) trimmedFrom(piece.repeat(Math.ceil(1_000_000 / piece.length)));
  equal(kept("Yes.\n" + "\n".repeat(500_000) + "On 29.11.2026 Anna wrote:\n> no"), "Yes.");
});
