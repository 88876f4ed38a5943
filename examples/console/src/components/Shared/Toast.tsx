import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";

type Kind = "info" | "success" | "danger";
type ToastGiven = {
  title: string;
  kind?: Kind;
  description?: string;
  seconds?: number;
  action?: { label: string; run(): void };
};
const EDGES: Record<Kind, string> = { info: "border-s-accent", success: "border-s-success", danger: "border-s-danger" };

/** Around the page: short messages in its corner. */
export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed end-4 bottom-4 z-60 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2">
          <Toasts />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function Toasts() {
  const t = useTranslations("shared");
  const { toasts } = Base.useToastManager();
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      className={`flex items-start gap-3 rounded-lg border border-s-4 border-line bg-raised p-3 shadow-xl ${
        EDGES[toast.type as Kind] ?? EDGES.info
      }`}
    >
      <div className="min-w-0 flex-1">
        <Base.Title className="font-medium" dir="auto" />
        <Base.Description className="text-muted" dir="auto" />
      </div>
      <Base.Action className="shrink-0 font-medium text-accent hover:underline" />
      <Base.Close
        aria-label={t("close")}
        className="grid size-6 shrink-0 place-items-center rounded text-muted hover:bg-hover"
      >
        <X aria-hidden size={14} />
      </Base.Close>
    </Base.Root>
  ));
}

/** Show a short message in the corner of the page. */
export function useToast(): { toast(given: ToastGiven): string; close(id: string): void } {
  const { add, close } = Base.useToastManager();
  return {
    toast: ({ title, kind = "info", description, seconds = 6, action }) =>
      add({
        title,
        description,
        type: kind,
        timeout: seconds * 1000,
        priority: kind === "danger" ? "high" : "low",
        actionProps: action && { children: action.label, onClick: action.run },
      }),
    close,
  };
}
