import type { PortalTexts } from "./en.portal.ts";
import portal from "./de/portal.json" with { type: "json" };

const texts: PortalTexts = { portal };

export default texts;
