import "./styles.css";
import type { QueryClient } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { type AuthLink, takeAuthLink } from "./lib/authLink.ts";
import { toHelpdeskError } from "./lib/errors.ts";
import { openLink, replacedBy } from "./services/auth.ts";
import { startSession } from "./services/session.ts";

/** Draw the console, once its configuration is there: see start.ts. */
export async function show(queries: QueryClient, configured: Promise<void>): Promise<void> {
  const root = createRoot(document.getElementById("root")!);
  const link = takeAuthLink();

  async function start(opened: AuthLink | null): Promise<void> {
    const linkProblem = opened && await openLink(opened).then(() => null, toHelpdeskError);
    root.render(<App queries={queries} link={opened} linkProblem={linkProblem} />);
  }

  function onDecide(isWanted: boolean): Promise<void> {
    // The page that the link leads to is for the other person, for example to choose a password.
    if (!isWanted) history.replaceState(null, "", "/");
    return start(isWanted ? link : null);
  }

  try {
    await configured;
    startSession();
    const replaced = link && await replacedBy(link);
    if (!replaced) await start(link);
    else root.render(<App queries={queries} question={{ ...replaced, onDecide }} />);
  } catch (problem) {
    root.render(<App queries={queries} problem={problem} />);
  }
}
