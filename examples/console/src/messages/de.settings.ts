import type { SettingsTexts } from "./en.settings.ts";
import settings from "./de/settings.json" with { type: "json" };

const texts: SettingsTexts = { settings };

export default texts;
