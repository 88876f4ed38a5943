import cases from "../../../tests/functions/file_cases.json" with { type: "json" };
import { HEAD_BYTES, isControl, TAIL_BYTES, verdict } from "./inspection.ts";

for (const { name, content_type, base64, reason } of cases) {
  Deno.test(`${name} as ${content_type}: ${reason ?? "clean"}`, async () => {
    const bytes = Uint8Array.fromBase64(base64);
    const found = await verdict(
      content_type,
      bytes.subarray(0, HEAD_BYTES),
      bytes.subarray(-TAIL_BYTES),
      bytes.length,
      bytes.some(isControl),
    );
    if (found !== reason) throw new Error(`expected ${reason}, got ${found}`);
  });
}
