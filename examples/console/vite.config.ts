import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { hosting } from "./hosting.ts";
import { compiledTexts } from "./texts.ts";

export default defineConfig({
  base: "/",
  plugins: [react(), tailwindcss(), compiledTexts(), hosting()],
  build: { manifest: true, target: "es2023", assetsInlineLimit: 0 },
});
