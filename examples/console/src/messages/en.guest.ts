import auth from "./en/auth.json" with { type: "json" };

/** The texts around the sign-in, which nobody needs afterwards. */
export type GuestTexts = typeof texts;

const texts = { auth };

export default texts;
