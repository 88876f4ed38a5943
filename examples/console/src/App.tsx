import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { BaseProvider, ToastProvider } from "./components/Shared/index.ts";
import { AuthProvider } from "./contexts/AuthContext.tsx";
import { LanguageProvider, TextsOf } from "./contexts/LanguageContext.tsx";
import { LiveProvider } from "./contexts/LiveContext.tsx";
import { ShortcutProvider } from "./contexts/ShortcutContext.tsx";
import { PreferencesProvider } from "./contexts/PreferencesContext.tsx";
import { type AuthLink, needsPassword } from "./lib/authLink.ts";
import type { HelpdeskError } from "./lib/errors.ts";
import { router } from "./router.tsx";

const LinkQuestion = lazy(() => import("./components/SignIn/LinkQuestion.tsx"));
const StartProblem = lazy(() => import("./components/Shell/StartProblem.tsx"));

type AppProps = {
  queries: QueryClient;
  /** What is asked before anything else. */
  question?: React.ComponentProps<typeof LinkQuestion>;
  /** Why there is no helpdesk to talk to. */
  problem?: unknown;
  /** The link from a mail that opened this page, and why it did not sign in. */
  link?: AuthLink | null;
  linkProblem?: HelpdeskError | null;
};

/** The console. */
export function App({ queries, question, problem, link = null, linkProblem = null }: AppProps) {
  return (
    <PreferencesProvider>
      <LanguageProvider>
        <BaseProvider>
          {question || problem !== undefined
            ? (
              <TextsOf role="guest">
                <Suspense fallback={null}>
                  {question ? <LinkQuestion {...question} /> : <StartProblem problem={problem} />}
                </Suspense>
              </TextsOf>
            )
            : (
              <QueryClientProvider client={queries}>
                <AuthProvider isRecovery={!linkProblem && needsPassword(link)} linkProblem={linkProblem}>
                  <ToastProvider>
                    <LiveProvider>
                      <ShortcutProvider>
                        <RouterProvider router={router} />
                      </ShortcutProvider>
                    </LiveProvider>
                  </ToastProvider>
                </AuthProvider>
              </QueryClientProvider>
            )}
        </BaseProvider>
      </LanguageProvider>
    </PreferencesProvider>
  );
}
