import "./styles.css";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { type AuthLink, takeAuthLink } from "./lib/authLink.ts";
import { loadConfig } from "./lib/config.ts";
import { toHelpdeskError } from "./lib/errors.ts";
import { openLink, replacedBy } from "./services/auth.ts";
import { startClient } from "./services/supabase.ts";

const root = createRoot(document.getElementById("root")!);
const link = takeAuthLink();

async function start(opened: AuthLink | null): Promise<void> {
  const linkProblem = opened && await openLink(opened).then(() => null, toHelpdeskError);
  root.render(<App link={opened} linkProblem={linkProblem} />);
}

function onDecide(isWanted: boolean): Promise<void> {
  // The page that the link leads to is for the other person, for example to choose a password.
  if (!isWanted) history.replaceState(null, "", "/");
  return start(isWanted ? link : null);
}

try {
  startClient(await loadConfig());
  const replaced = link && await replacedBy(link);
  if (!replaced) await start(link);
  else root.render(<App question={{ ...replaced, onDecide }} />);
} catch (problem) {
  root.render(<App problem={problem} />);
}
