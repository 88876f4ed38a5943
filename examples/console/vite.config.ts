import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { CHUNKS, chunks, preloads } from "./chunks.ts";
import { hosting } from "./hosting.ts";
import { compiledTexts } from "./texts.ts";

export default defineConfig({
  base: "/",
  plugins: [react(), tailwindcss(), compiledTexts(), hosting(), preloads()],
  build: {
    manifest: true,
    target: "es2023",
    assetsInlineLimit: 0,
    // Every browser of this target preloads modules by itself.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: { groups: chunks(import.meta.dirname!) },
        // Nearly all of these files is called before the first screen: Chromium compiles it while it arrives.
        postBanner: ({ name }) => CHUNKS.some((one) => one === name) ? "//# allFunctionsCalledOnLoad" : "",
      },
    },
  },
});
