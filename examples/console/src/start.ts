import { readAuthLink } from "./lib/authLink.ts";
import { loadConfig } from "./lib/config.ts";
import { readFirst } from "./first.ts";
import { newQueryClient } from "./lib/queryClient.ts";
import { readPreferences } from "./lib/preferences.ts";
import { loadTexts } from "./lib/texts.ts";
import { startClient } from "./services/supabase.ts";

/**
 * The first file of the console, and a small one: what the first screen shows is asked for while the libraries are on
 * their way. Over a slow line that is a second less.
 */
const queries = newQueryClient();
const app = import("./main.tsx");
loadTexts(readPreferences().language).catch(() => undefined);
const config = loadConfig();
const configured = config.then((found) => {
  startClient(found);
  // A link signs somebody in: what is stored may be another person's.
  if (!readAuthLink(location.href).link) readFirst(queries, found.key, location).catch(() => undefined);
});
// The page says what is wrong with the configuration, once it is there.
configured.catch(() => undefined);
app.then(({ show }) => show(queries, configured));
