import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { StartProblem } from "./components/Shell/StartProblem.tsx";
import { BaseProvider, ToastProvider } from "./components/Shared/index.ts";
import { AuthProvider } from "./contexts/AuthContext.tsx";
import { LanguageProvider } from "./contexts/LanguageContext.tsx";
import { LiveProvider } from "./contexts/LiveContext.tsx";
import { ShortcutProvider } from "./contexts/ShortcutContext.tsx";
import { PreferencesProvider } from "./contexts/PreferencesContext.tsx";
import { toHelpdeskError } from "./lib/errors.ts";
import { router } from "./router.tsx";

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Events say what has changed: see LiveContext.
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: (count, error) => count < 3 && toHelpdeskError(error).isTransient,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** The console; `problem` when there is no helpdesk to talk to. */
export function App({ problem }: { problem?: unknown }) {
  const [queries] = useState(newQueryClient);
  return (
    <PreferencesProvider>
      <LanguageProvider>
        <BaseProvider>
          {problem === undefined
            ? (
              <QueryClientProvider client={queries}>
                <AuthProvider>
                  <ToastProvider>
                    <LiveProvider>
                      <ShortcutProvider>
                        <RouterProvider router={router} />
                      </ShortcutProvider>
                    </LiveProvider>
                  </ToastProvider>
                </AuthProvider>
              </QueryClientProvider>
            )
            : <StartProblem problem={problem} />}
        </BaseProvider>
      </LanguageProvider>
    </PreferencesProvider>
  );
}
