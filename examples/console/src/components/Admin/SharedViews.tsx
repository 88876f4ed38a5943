import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useStaff } from "../../hooks/usePeople.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { useViewActions, useViews } from "../../hooks/useViews.ts";
import type { View } from "../../lib/models.ts";
import { Button, ConfirmDialog, EmptyState, ErrorNote } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Cell, Row, Rows } from "./Rows.tsx";

/** Saved views that others have, too: whom they are for, and who owns them. */
export function SharedViews() {
  const t = useTranslations("admin");
  const toQueue = <Link to="/queue" className="text-accent underline">{t("toQueue")}</Link>;
  return (
    <Loaded query={useViews()}>
      {(views) => {
        const shared = views.filter((view) => view.audience !== "private");
        if (shared.length === 0) return <EmptyState title={t("noViews")} hint={t("noViewsHint")} action={toQueue} />;
        return (
          <Rows label={t("views")} heads={[t("name"), t("sharedWith"), t("owner"), ""]}>
            {shared.map((view) => <ViewRow key={view.view_id} view={view} />)}
          </Rows>
        );
      }}
    </Loaded>
  );
}

function ViewRow({ view }: { view: View }) {
  const t = useTranslations("admin");
  const { remove } = useViewActions();
  const [isAsking, setAsking] = useState(false);
  const team = useTeams().data?.find(({ team_id }) => team_id === view.team_id);
  const owner = useStaff().data?.find(({ user_id }) => user_id === view.owner_id);
  return (
    <Row>
      <Cell>
        <Link
          to="/queue"
          search={{ view: view.view_id }}
          className="font-medium text-accent hover:underline"
          dir="auto"
        >
          {view.name}
        </Link>
      </Cell>
      <Cell>{view.audience === "all" ? t("sharedAll") : t("sharedTeam", { name: team?.name ?? "…" })}</Cell>
      <Cell>{owner?.name}</Cell>
      <Cell isEnd>
        <Button size="small" variant="ghost" onClick={() => setAsking(true)}>{t("delete")}</Button>
        {remove.problem && <ErrorNote error={remove.problem} />}
        <ConfirmDialog
          isOpen={isAsking}
          title={t("deleteViewTitle", { name: view.name })}
          text={t("deleteViewText")}
          confirmLabel={t("delete")}
          isDangerous
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await remove.run(view.view_id);
            setAsking(false);
          }}
        />
      </Cell>
    </Row>
  );
}
