import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { ToastRequest } from "./Toast.tsx";

const EDGES: Record<string, string> = { success: "border-s-success", danger: "border-s-danger" };

type Props = { requests: ToastRequest[]; onDone(count: number): void };

/** The corner of the page where short messages are. */
export default function ToastCorner(props: Props) {
  return (
    <Base.Provider>
      <Base.Portal>
        <Base.Viewport className="fixed end-4 bottom-4 z-60 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2">
          <Messages {...props} />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function Messages({ requests, onDone }: Props) {
  const t = useTranslations("shared");
  const { toasts, add, close } = Base.useToastManager();
  useEffect(() => {
    if (!requests.length) return;
    for (const { id, given } of requests) {
      if (!given) close(id);
      else {
        add({
          id,
          title: given.title,
          description: given.description,
          type: given.kind ?? "info",
          timeout: (given.seconds ?? 6) * 1000,
          priority: given.kind === "danger" ? "high" : "low",
          actionProps: given.action && { children: given.action.label, onClick: given.action.run },
        });
      }
    }
    onDone(requests.length);
  }, [requests, onDone, add, close]);
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      className={`flex items-start gap-3 rounded-lg border border-s-4 border-line bg-raised p-3 shadow-xl ${
        EDGES[toast.type ?? ""] ?? "border-s-accent"
      }`}
    >
      <div className="min-w-0 flex-1">
        <Base.Title className="font-medium" dir="auto" />
        <Base.Description className="text-muted" dir="auto" />
      </div>
      <Base.Action className="shrink-0 font-medium text-accent hover:underline" />
      <Base.Close
        aria-label={t("close")}
        className="grid size-[24px] shrink-0 place-items-center rounded text-muted hover:bg-hover"
      >
        <X aria-hidden size={14} />
      </Base.Close>
    </Base.Root>
  ));
}
