import type { AdminTexts } from "./en.admin.ts";
import admin from "./de/admin.json" with { type: "json" };

const texts: AdminTexts = { admin };

export default texts;
