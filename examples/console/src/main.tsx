import "./styles.css";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { loadConfig } from "./lib/config.ts";
import { startClient } from "./services/supabase.ts";

const root = createRoot(document.getElementById("root")!);
try {
  startClient(await loadConfig());
  root.render(<App />);
} catch (problem) {
  root.render(<App problem={problem} />);
}
