import admin from "./en/admin.json" with { type: "json" };

/** The texts of the screens of admins. */
export type AdminTexts = typeof texts;

const texts = { admin };

export default texts;
