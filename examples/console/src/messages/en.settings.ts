import settings from "./en/settings.json" with { type: "json" };

/** The texts of the settings, which few people open. */
export type SettingsTexts = typeof texts;

const texts = { settings };

export default texts;
