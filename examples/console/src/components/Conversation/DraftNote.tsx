import { useTranslations } from "use-intl";
import { type Draft, type DraftStorageError, isEmpty } from "../../lib/drafts.ts";

type Props = { draft: Draft; problem: DraftStorageError | null; hint: string };

/** Who reads the text, and whether it is kept until it is sent. */
export function DraftNote({ draft, problem, hint }: Props) {
  const t = useTranslations("composer");
  if (problem) {
    return (
      <p role="alert" className="min-w-0 flex-1 basis-60 text-danger">
        {t(problem.reason === "full" ? "draftFull" : "draftForbidden")}
      </p>
    );
  }
  return (
    <p className="min-w-0 flex-1 basis-40 text-xs text-muted">
      {isEmpty(draft) || draft.savedAt === 0 ? hint : `${hint} · ${t("draftKept")}`}
    </p>
  );
}
