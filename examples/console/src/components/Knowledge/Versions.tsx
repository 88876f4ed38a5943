import { useState } from "react";
import { useTranslations } from "use-intl";
import { useVersions } from "../../hooks/useArticles.ts";
import type { ArticleVersion } from "../../lib/models.ts";
import { diffOf } from "../../lib/textDiff.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Badge, Button, EmptyState, Time } from "../Shared/index.ts";

const LOOKS = {
  same: "text-muted",
  added: "bg-success-soft text-success",
  removed: "bg-danger-soft text-danger line-through",
};
const MARKS = { same: " ", added: "+", removed: "−" };

/** What was published, and what changed from each version to the draft. */
export function Versions({ articleId, draft }: { articleId: string | null; draft: string }) {
  const t = useTranslations("knowledge");
  const [chosen, setChosen] = useState<ArticleVersion | null>(null);
  const versions = useVersions(articleId);
  if (articleId === null) return <EmptyState title={t("noVersions")} />;
  return (
    <Loaded query={versions}>
      {(published) =>
        published.length === 0 ? <EmptyState title={t("noVersions")} /> : (
          <div className="flex flex-col gap-3">
            <ul className="divide-y divide-line rounded-lg border border-line">
              {published.map((version) => (
                <li key={version.version_id} className="flex flex-wrap items-center gap-3 px-4 py-2">
                  <span className="font-medium">{t("version", { version: version.version })}</span>
                  {version.is_current && <Badge tone="success">{t("current")}</Badge>}
                  <span className="flex-1 text-muted">
                    <Time at={version.published_at} />
                  </span>
                  <Button
                    size="small"
                    variant="ghost"
                    onClick={() =>
                      setChosen(version)}
                  >
                    {t("compare")}
                  </Button>
                </li>
              ))}
            </ul>
            {chosen && (
              <Diff before={chosen.body} after={draft} title={t("changesSince", { version: chosen.version })} />
            )}
          </div>
        )}
    </Loaded>
  );
}

function Diff({ before, after, title }: { before: string; after: string; title: string }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-1 font-medium">{title}</h2>
      <div className="overflow-x-auto rounded-lg border border-line font-mono text-[12px]">
        {diffOf(before, after).map(({ kind, text }, line) => (
          <p key={line} className={`whitespace-pre-wrap px-3 ${LOOKS[kind]}`}>
            <span aria-hidden className="me-2 select-none">{MARKS[kind]}</span>
            {text}
          </p>
        ))}
      </div>
    </section>
  );
}
