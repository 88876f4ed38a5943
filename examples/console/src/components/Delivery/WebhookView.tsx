import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { useWebhookActions, useWebhooks } from "../../hooks/useWebhooks.ts";
import type { NewWebhook, Webhook } from "../../lib/deliveries.ts";
import { TeamName } from "../Admin/Team.tsx";
import { Button, ConfirmDialog, EmptyState, ErrorNote, Panel, Switch, useToast } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Deliveries } from "./Deliveries.tsx";
import { ReplayDialog } from "./ReplayDialog.tsx";
import { RotateDialog } from "./RotateDialog.tsx";
import { SecretDialog } from "./SecretDialog.tsx";
import { WebhookDialog } from "./WebhookDialog.tsx";
import { EventTypes, WebhookState } from "./Webhooks.tsx";

/** One webhook with its deliveries. */
export function WebhookView({ webhookId }: { webhookId: string }) {
  const t = useTranslations("deliveries");
  return (
    <Loaded query={useWebhooks()}>
      {(webhooks) => {
        const webhook = webhooks.find(({ webhook_id }) => webhook_id === webhookId);
        const back = (
          <Link to="/admin/$" params={{ _splat: "webhooks" }} className="text-accent underline">{t("toWebhooks")}</Link>
        );
        if (!webhook) return <EmptyState title={t("webhookGone")} action={back} />;
        return (
          <div className="flex flex-col gap-6">
            <WebhookPanel webhook={webhook} />
            <section aria-label={t("deliveries")} className="flex flex-col gap-3">
              <h2 className="font-semibold">{t("deliveries")}</h2>
              <Deliveries webhookId={webhookId} />
            </section>
          </div>
        );
      }}
    </Loaded>
  );
}

type Asks = "edit" | "rotate" | "replay" | "delete" | null;

function WebhookPanel({ webhook }: { webhook: Webhook }) {
  const t = useTranslations("deliveries");
  const navigate = useNavigate();
  const { toast } = useToast();
  const { change, remove, test } = useWebhookActions();
  const [asks, setAsks] = useState<Asks>(null);
  const [made, setMade] = useState<NewWebhook | null>(null);
  const id = webhook.webhook_id;
  const close = () => setAsks(null);
  const problem = change.problem ?? remove.problem ?? test.problem;
  return (
    <Panel title={webhook.description || t("webhook")} actions={<WebhookState webhook={webhook} />}>
      <div className="flex flex-col gap-3 p-4">
        <dl className="grid gap-x-6 gap-y-1 sm:grid-cols-[max-content_1fr]">
          <Fact name={t("url")}>
            <span dir="ltr" className="break-all">{webhook.url}</span>
          </Fact>
          <Fact name={t("events")}>
            <EventTypes types={webhook.event_types} />
          </Fact>
          <Fact name={t("team")}>
            <TeamName id={webhook.team_id} none={t("allTeams")} />
          </Fact>
          <Fact name={t("audience")}>{t(`audiences.${webhook.audience}`)}</Fact>
        </dl>
        <Switch
          label={t("isOn")}
          isOn={webhook.is_active}
          isDisabled={change.isBusy}
          onChange={(is_active) => void change.run({ id, is_active })}
        />
        {!webhook.is_active && <p className="text-muted">{t(`offText.${webhook.disabled_reason ?? "switched_off"}`)}
        </p>}
        {problem && <ErrorNote error={problem} />}
        <div className="flex flex-wrap gap-2">
          <Button
            size="small"
            variant="primary"
            isBusy={test.isBusy}
            onClick={async () => await test.run(id) && toast({ kind: "success", title: t("testSent") })}
          >
            {t("test")}
          </Button>
          <Button size="small" onClick={() => setAsks("replay")}>{t("replay")}</Button>
          <Button size="small" onClick={() => setAsks("edit")}>{t("edit")}</Button>
          <Button size="small" onClick={() => setAsks("rotate")}>{t("rotate")}</Button>
          <Button size="small" variant="ghost" onClick={() => setAsks("delete")}>{t("delete")}</Button>
        </div>
      </div>
      {asks === "edit" && <WebhookDialog webhook={webhook} onClose={close} />}
      {asks === "replay" && <ReplayDialog webhookId={id} onClose={close} />}
      {asks === "rotate" && (
        <RotateDialog
          webhookId={id}
          onClose={close}
          onMade={(given) => {
            close();
            setMade(given);
          }}
        />
      )}
      {made && <SecretDialog made={made} onClose={() => setMade(null)} />}
      <ConfirmDialog
        isOpen={asks === "delete"}
        title={t("deleteTitle")}
        text={t("deleteText")}
        confirmLabel={t("delete")}
        isDangerous
        onClose={close}
        onConfirm={async () => {
          if (await remove.run(id)) await navigate({ to: "/admin/$", params: { _splat: "webhooks" } });
          else close();
        }}
      />
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="mb-1 min-w-0">{children}</dd>
    </>
  );
}
