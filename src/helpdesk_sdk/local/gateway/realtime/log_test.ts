import { complain, Complaints, printable } from "./log.ts";
import { equal, truly } from "../testing.ts";

/** The lines that something writes. */
function lines(write: () => void): string[] {
  const written: string[] = [];
  const log = console.error;
  console.error = (...parts: unknown[]) => void written.push(parts.join("|"));
  try {
    write();
  } finally {
    console.error = log;
  }
  return written;
}

Deno.test("what a client writes cannot end a line or speak to the terminal", () => {
  equal(
    printable("room:\nerror: gone\r\x1b[31m\x00\u202e\u2028\ud800 ü 🎉"),
    "room:\\u{a}error: gone\\u{d}\\u{1b}[31m\\u{0}\\u{202e}\\u{2028}\\u{d800} ü 🎉",
  );
});

Deno.test("a long text is cut", () => {
  equal(printable("x".repeat(5_000_000)).length, 1001);
});

Deno.test("placeholders stay what they are, and an error of the database is told in short", () => {
  equal(lines(() => complain("%s %o", "%d")), ["%s %o: %d"]);
  equal(lines(() => complain("Denied", Object.assign(new Error("a\nb"), { code: "22021" }))), [
    "Denied: Error: a\\u{a}b",
  ]);
  const [line] = lines(() => complain("Unknown", new TypeError("odd")));
  truly(line!.startsWith("Unknown: TypeError: odd") && line!.includes("realtime/log_test.ts"), line!);
});

Deno.test("a client is told off once for each thing", () => {
  const complaints = new Complaints();
  const written = lines(() => {
    for (let n = 0; n < 3; n++) {
      complaints.tell("Malformed", n);
      complaints.tell("Denied", n);
    }
    new Complaints().tell("Malformed", 3);
  });
  equal(written, ["Malformed: 0", "Denied: 0", "Malformed: 3"]);
});
