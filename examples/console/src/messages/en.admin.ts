import admin from "./en/admin.json" with { type: "json" };
import automatic from "./en/automatic.json" with { type: "json" };
import channels from "./en/channels.json" with { type: "json" };
import deliveries from "./en/deliveries.json" with { type: "json" };
import slack from "./en/slack.json" with { type: "json" };

/** The texts of the screens of admins. */
export type AdminTexts = typeof texts;

const texts = { admin, automatic, channels, deliveries, slack };

export default texts;
