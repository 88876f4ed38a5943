import type { Texts } from "./en.ts";
import shell from "./de/shell.json" with { type: "json" };
import shared from "./de/shared.json" with { type: "json" };
import writing from "./de/writing.json" with { type: "json" };

const texts: Texts = { shell, shared, writing };

export default texts;
