import portal from "./en/portal.json" with { type: "json" };

/** The texts of the screens of requesters, and of the help centre. */
export type PortalTexts = typeof texts;

const texts = { portal };

export default texts;
