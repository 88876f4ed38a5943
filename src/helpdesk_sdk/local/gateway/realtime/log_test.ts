import { ErrorLog, logError, printable } from "./log.ts";
import { assert, assertEquals } from "../testing.ts";

/** The lines that `work` logs. */
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

Deno.test("text of a client cannot end a line or control the terminal", () => {
  assertEquals(
    printable("room:\nerror: gone\r\x1b[31m\x00\u202e\u2028\ud800 ü 🎉"),
    "room:\\u{a}error: gone\\u{d}\\u{1b}[31m\\u{0}\\u{202e}\\u{2028}\\u{d800} ü 🎉",
  );
});

Deno.test("a long text is truncated", () => {
  assertEquals(printable("x".repeat(5_000_000)).length, 1001);
});

Deno.test("placeholders are not expanded, and a database error has no stack trace", () => {
  assertEquals(lines(() => logError("%s %o", "%d")), ["%s %o: %d"]);
  assertEquals(lines(() => logError("Denied", Object.assign(new Error("a\nb"), { code: "22021" }))), [
    "Denied: Error: a\\u{a}b",
  ]);
  const [line] = lines(() => logError("Unknown", new TypeError("odd")));
  assert(line!.startsWith("Unknown: TypeError: odd") && line!.includes("realtime/log_test.ts"), line!);
});

Deno.test("each kind of error is logged once per client", () => {
  const errorLog = new ErrorLog();
  const written = lines(() => {
    for (let n = 0; n < 3; n++) {
      errorLog.logOnce("Malformed", n);
      errorLog.logOnce("Denied", n);
    }
    new ErrorLog().logOnce("Malformed", 3);
  });
  assertEquals(written, ["Malformed: 0", "Denied: 0", "Malformed: 3"]);
});
