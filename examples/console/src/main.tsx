import "./styles.css";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { takeAuthLink } from "./lib/authLink.ts";
import { loadConfig } from "./lib/config.ts";
import { toHelpdeskError } from "./lib/errors.ts";
import { openLink } from "./services/auth.ts";
import { startClient } from "./services/supabase.ts";

const root = createRoot(document.getElementById("root")!);
const link = takeAuthLink();
try {
  startClient(await loadConfig());
  const linkProblem = link && await openLink(link).then(() => null, toHelpdeskError);
  root.render(<App link={link} linkProblem={linkProblem} />);
} catch (problem) {
  root.render(<App problem={problem} />);
}
