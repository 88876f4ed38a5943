import type { AdminTexts } from "./en.admin.ts";
import admin from "./de/admin.json" with { type: "json" };
import automatic from "./de/automatic.json" with { type: "json" };
import channels from "./de/channels.json" with { type: "json" };
import deliveries from "./de/deliveries.json" with { type: "json" };
import slack from "./de/slack.json" with { type: "json" };

const texts: AdminTexts = { admin, automatic, channels, deliveries, slack };

export default texts;
