import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button, Skeleton } from "../Shared/index.ts";

const LONG = 8_000;

/** The draft while it is written: a preview that can be given up. */
export function Thinking({ text, onCancel }: { text: string; onCancel(): void }) {
  const t = useTranslations("assistant");
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="flex flex-col gap-2" aria-busy="true">
      <div className="flex items-center justify-between gap-2">
        <p role="status" className="text-muted">{isLong ? t("thinkingLong") : t("thinking")}</p>
        <Button size="small" onClick={onCancel}>{t("cancel")}</Button>
      </div>
      {text ? <p className="text-muted whitespace-pre-wrap" dir="auto">{text}</p> : (
        <>
          <Skeleton className="h-4 w-full" />
          <Skeleton className="h-4 w-4/5" />
        </>
      )}
    </div>
  );
}
