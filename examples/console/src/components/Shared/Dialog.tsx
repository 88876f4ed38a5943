import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useLayoutEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./Button.tsx";

const BACKDROP =
  "fixed inset-0 z-40 bg-scrim transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0";
const POPUP =
  "fixed start-1/2 top-1/2 z-50 flex max-h-[90dvh] w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 flex-col " +
  "overflow-hidden rounded-xl border border-line bg-raised shadow-2xl rtl:translate-x-1/2 transition data-[ending-style]:opacity-0 data-[starting-style]:opacity-0";

type DialogProps = {
  title: string;
  isOpen: boolean;
  onClose(): void;
  footer?: ReactNode;
  children: ReactNode;
  isWide?: boolean;
  /** What closes it besides its buttons: also a click beside it, by default; `key`: only Escape; `nothing`. */
  closedBy?: "click" | "key" | "nothing";
};

/** A window over the page; the page behind waits. */
export function Dialog({ isOpen, onClose, isWide, closedBy = "click", ...content }: DialogProps) {
  const t = useTranslations("shared");
  const { title, footer, children } = useLastOpen(isOpen, content);
  return (
    <Base.Root
      open={isOpen}
      disablePointerDismissal={closedBy !== "click"}
      onOpenChange={(open, { reason }) => {
        if (!open && !(closedBy === "nothing" && reason === "escape-key")) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup className={`${POPUP} ${isWide ? "w-[min(60rem,calc(100vw-2rem))]" : ""}`}>
          <div className="flex items-center gap-2 border-b border-line px-4 py-3">
            <Base.Title className="min-w-0 flex-1 truncate font-semibold" dir="auto">{title}</Base.Title>
            <Base.Close
              aria-label={t("close")}
              className="grid size-7 place-items-center rounded-md text-muted hover:bg-hover"
            >
              <X aria-hidden size={16} />
            </Base.Close>
          </div>
          <div className="min-h-0 overflow-y-auto p-4">{children}</div>
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{footer}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A value as it was when the window was open: while it closes, nothing in it changes. */
function useLastOpen<T>(isOpen: boolean, value: T): T {
  const last = useRef(value);
  useLayoutEffect(() => {
    if (isOpen) last.current = value;
  });
  return isOpen ? value : last.current;
}

type ConfirmProps = {
  title: string;
  text: string;
  confirmLabel: string;
  isOpen: boolean;
  isDangerous?: boolean;
  onConfirm(): unknown;
  onClose(): void;
};

/** A question before something that is hard to take back. */
export function ConfirmDialog({ isOpen, onConfirm, onClose, ...content }: ConfirmProps) {
  const t = useTranslations("shared");
  const { title, text, confirmLabel, isDangerous } = useLastOpen(isOpen, content);
  const [isBusy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
    } catch {
      // Who asks shows why it failed; the question stays.
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={BACKDROP} />
        <AlertDialog.Popup className={POPUP}>
          <div className="p-4">
            <AlertDialog.Title className="font-semibold" dir="auto">{title}</AlertDialog.Title>
            <AlertDialog.Description className="mt-2 text-muted">{text}</AlertDialog.Description>
          </div>
          <div className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button variant={isDangerous ? "danger" : "primary"} isBusy={isBusy} onClick={confirm}>
              {confirmLabel}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
