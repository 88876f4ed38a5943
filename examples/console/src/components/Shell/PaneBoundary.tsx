import type { ReactNode } from "react";
import { ErrorBoundary, type FallbackProps } from "react-error-boundary";
import { useTranslations } from "use-intl";
import { toHelpdeskError } from "../../lib/errors.ts";

/** Keeps a failure inside one pane: the others stay usable. */
export function PaneBoundary({ children, resetOn = [] }: { children: ReactNode; resetOn?: unknown[] }) {
  return <ErrorBoundary FallbackComponent={PaneFailed} resetKeys={resetOn}>{children}</ErrorBoundary>;
}

function PaneFailed({ error, resetErrorBoundary }: FallbackProps) {
  const t = useTranslations("shell");
  const { message, hint } = toHelpdeskError(error);
  return (
    <div role="alert" className="m-4 rounded-md border border-line bg-danger-soft p-4">
      <p className="font-semibold text-danger">{t("paneFailed")}</p>
      <p className="mt-1 break-words text-default">{message} {hint}</p>
      <button
        type="button"
        onClick={resetErrorBoundary}
        className="mt-3 rounded-md border border-line bg-raised px-3 py-1.5"
      >
        {t("tryAgain")}
      </button>
    </div>
  );
}
