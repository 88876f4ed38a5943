import type { GuestTexts } from "./en.guest.ts";
import auth from "./de/auth.json" with { type: "json" };

const texts: GuestTexts = { auth };

export default texts;
