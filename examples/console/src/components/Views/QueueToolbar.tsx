import { useNavigate } from "@tanstack/react-router";
import { ArrowUp, Columns2, Hand, Save, Trash2 } from "lucide-react";
import { lazy, type RefObject, Suspense, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useTakeNext } from "./useTakeNext.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { useTicketFields } from "../../hooks/useTicketFields.ts";
import type { View } from "../../lib/models.ts";
import { BUILT_IN, isBuiltIn, mayChangeView, type QueueSearch, SORTS } from "../../lib/queues.ts";
import { queryText } from "../../lib/queryText.ts";
import { Button, ErrorNote, IconButton, Select } from "../Shared/index.ts";
import { QueryBox } from "./QueryBox.tsx";
import { ViewSelect } from "./ViewSelect.tsx";

const SaveViewDialog = lazy(() =>
  import("./SaveViewDialog.tsx").then(({ SaveViewDialog }) => ({ default: SaveViewDialog }))
);

const DeleteViewDialog = lazy(() =>
  import("./DeleteViewDialog.tsx").then(({ DeleteViewDialog }) => ({ default: DeleteViewDialog }))
);

type Props = {
  search: QueueSearch;
  view: View | undefined;
  box: RefObject<HTMLInputElement | null>;
  newer: number;
  onNewer(): void;
  isSplit: boolean;
  onSplit(): void;
};

/** Above a list: its filter and order, the next ticket, saving it as a view. */
export function QueueToolbar({ search, view, box, newer, onNewer, isSplit, onSplit }: Props) {
  const t = useTranslations("queue");
  const navigate = useNavigate();
  const { me, teams: mine, can } = useAuth();
  const { takeNext, isBusy, problem } = useTakeNext();
  const [open, setOpen] = useState<"save" | "delete" | null>(null);
  const teams = useTeams(), fields = useTicketFields();
  const values = useMemo(() => ({
    team: (teams.data ?? []).map(({ name }) => name),
    ...Object.fromEntries(
      (fields.data ?? []).map((field) => [`fields.${field.key}`, field.options.map(({ value }) => value)]),
    ),
  }), [teams.data, fields.data]);
  const builtIn = search.q === undefined ? search.view ?? "unassigned" : undefined;
  const ofView = view ? queryText(view.tree) : null;
  const query = search.q ?? (isBuiltIn(builtIn) ? BUILT_IN[builtIn] : ofView ?? "");
  const mayChange = view !== undefined && me !== null && mayChangeView(view, me, mine, can("administer"));
  const sort = search.sort ?? (SORTS.find((one) => one === view?.sort) ?? "priority");
  return (
    <div className="flex flex-col gap-2 border-b border-line p-2">
      <div className="flex flex-wrap items-center gap-2">
        <ViewSelect active={search} />
        <QueryBox
          ref={box}
          value={query}
          values={values}
          onSubmit={(q) => void navigate({ to: "/queue", search: { q, view: view?.view_id, sort: search.sort } })}
        />
        <Select
          label={t("sort")}
          isLabelHidden
          value={sort}
          onChange={(sort) => void navigate({ to: "/queue", search: { ...search, sort } })}
          options={SORTS.map((value) => ({ value, label: t(`sorts.${value.replace("-", "newest_") as "priority"}`) }))}
        />
        <IconButton label={t(mayChange ? "changeView" : "saveView")} icon={Save} onClick={() => setOpen("save")} />
        {mayChange && <IconButton label={t("deleteView")} icon={Trash2} onClick={() => setOpen("delete")} />}
        <span className="max-lg:hidden">
          <IconButton label={t("split")} icon={Columns2} isPressed={isSplit} onClick={onSplit} />
        </span>
        <Button variant="primary" icon={Hand} isBusy={isBusy} aria-keyshortcuts="q" onClick={takeNext}>
          {t("takeNext")}
        </Button>
      </div>
      {view && (
        <p className="text-muted" dir="auto">
          {t(search.q === undefined ? "viewShown" : "viewChanged", { name: view.name })}
          {search.q === undefined && ofView === null && ` ${t("viewTree")}`}
        </p>
      )}
      {problem && <ErrorNote error={problem} />}
      {newer > 0 && (
        <div className="flex justify-center" role="status">
          <Button size="small" icon={ArrowUp} onClick={onNewer}>{t("newer", { count: newer })}</Button>
        </div>
      )}
      <Suspense fallback={null}>
        {open === "save" && (
          <SaveViewDialog
            query={query}
            sort={sort}
            view={mayChange ? view : undefined}
            onClose={() => setOpen(null)}
            onSaved={(saved) => {
              setOpen(null);
              void navigate({ to: "/queue", search: { view: saved.view_id } });
            }}
          />
        )}
        {open === "delete" && view && <DeleteViewDialog view={view} onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}
