import shell from "./en/shell.json" with { type: "json" };
import shared from "./en/shared.json" with { type: "json" };
import writing from "./en/writing.json" with { type: "json" };

/** The texts that everybody needs, by area. Another language is eight files like these, and a folder. */
export type Texts = typeof texts;

const texts = { shell, shared, writing };

export default texts;
