import { LifeBuoy } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";

type SignInFrameProps = { title: string; intro?: ReactNode; children?: ReactNode; footer?: ReactNode };

/** Around the pages for people who are not signed in. */
export function SignInFrame({ title, intro, children, footer }: SignInFrameProps) {
  const t = useTranslations("shell");
  return (
    <main className="flex min-h-full flex-col items-center overflow-auto bg-sunken px-4 py-10 sm:py-20">
      <p className="mb-6 flex items-center gap-2 text-[15px] font-semibold">
        <LifeBuoy aria-hidden size={20} className="text-accent" />
        {t("title")}
      </p>
      <div className="flex w-full max-w-sm flex-col gap-4 rounded-xl border border-line bg-raised p-6">
        <div>
          <h1 className="text-[1.25rem] font-semibold tracking-tight">{title}</h1>
          {intro && <p className="mt-1 text-muted" dir="auto">{intro}</p>}
        </div>
        {children}
      </div>
      {footer && <div className="mt-4 flex flex-col items-center gap-2 text-muted">{footer}</div>}
    </main>
  );
}
