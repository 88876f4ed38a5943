import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { PageHeader } from "../Shared/index.ts";
import { Troubles } from "../Shell/TroubleMark.tsx";

const PAGES = [
  "people",
  "teams",
  "fields",
  "views",
  "assistant",
  "mail",
  "templates",
  "slack",
  "webhooks",
  "outbox",
  "health",
  "log",
] as const;
const LINK = "whitespace-nowrap border-b-2 border-transparent px-1 py-2 text-muted hover:text-default " +
  "aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-default";

type Props = { intro: string; actions?: ReactNode; children: ReactNode };

/** Around each page of the admin panel: its tabs, what it is for, and its main action. */
export function AdminFrame({ intro, actions, children }: Props) {
  const t = useTranslations("shell");
  const words = useTranslations("admin.pages");
  const tabs = useRef<HTMLElement>(null);
  // On a phone the tabs are wider than the page: the one of this page is in sight.
  useEffect(() => {
    tabs.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, []);
  return (
    <div className="mx-auto max-w-5xl p-4 sm:p-6">
      <PageHeader title={t("admin")} />
      <nav
        ref={tabs}
        aria-label={t("admin")}
        className="mt-1 flex gap-x-5 border-b border-line max-sm:overflow-x-auto sm:flex-wrap"
      >
        {PAGES.map((name) => (
          <Link key={name} to="/admin/$" params={{ _splat: name }} className={LINK}>
            {words(name)} <Troubles of={name === "health" ? null : name} />
          </Link>
        ))}
      </nav>
      <div className="my-4 flex flex-wrap items-start justify-between gap-3">
        <p className="max-w-prose text-muted">{intro}</p>
        {actions}
      </div>
      {children}
    </div>
  );
}
