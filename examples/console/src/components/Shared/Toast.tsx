import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useState } from "react";

export type ToastGiven = {
  title: string;
  kind?: "info" | "success" | "danger";
  description?: string;
  seconds?: number;
  action?: { label: string; run(): void };
};

/** What the page asked for since it was loaded: the corner reads it in this order. */
export type ToastRequest = { id: string; given: ToastGiven | null };

type Toasts = { toast(given: ToastGiven): string; close(id: string): void };

// Loaded with the first message: most pages show none before they can be used.
const Corner = lazy(() => import("./ToastCorner.tsx"));
const ToastContext = createContext<Toasts | null>(null);

/** Around the page: short messages in its corner. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [requests, setRequests] = useState<ToastRequest[]>([]);
  const toasts = useMemo((): Toasts => {
    const ask = (request: ToastRequest) => setRequests((before) => [...before, request]);
    return {
      toast: (given) => {
        const id = crypto.randomUUID();
        ask({ id, given });
        return id;
      },
      close: (id) => ask({ id, given: null }),
    };
  }, []);
  const onDone = (count: number) => setRequests((before) => before.slice(count));
  const [isWanted, setIsWanted] = useState(false);
  if (requests.length && !isWanted) setIsWanted(true);
  return (
    <ToastContext value={toasts}>
      {children}
      {isWanted && (
        <Suspense fallback={null}>
          <Corner requests={requests} onDone={onDone} />
        </Suspense>
      )}
    </ToastContext>
  );
}

/** Show a short message in the corner of the page. */
export function useToast(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error("useToast() needs a ToastProvider around it");
  return toasts;
}
