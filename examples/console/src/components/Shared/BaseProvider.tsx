import { CSPProvider } from "@base-ui/react/csp-provider";
import { DirectionProvider } from "@base-ui/react/direction-provider";
import type { ReactNode } from "react";

/** Around everything that uses Base UI: no inline styles (the CSP forbids them), and the direction of the language. */
export function BaseProvider({ children }: { children: ReactNode }) {
  const direction = document.documentElement.dir === "rtl" ? "rtl" : "ltr";
  return (
    <CSPProvider disableStyleElements>
      <DirectionProvider direction={direction}>{children}</DirectionProvider>
    </CSPProvider>
  );
}
