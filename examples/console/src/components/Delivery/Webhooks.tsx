import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useWebhooks } from "../../hooks/useWebhooks.ts";
import type { Webhook } from "../../lib/deliveries.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";
import { TeamName } from "../Admin/Team.tsx";
import { Badge, EmptyState } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** All webhooks: where they go, what they ask for, and whether they work. */
export function Webhooks() {
  const t = useTranslations("deliveries");
  return (
    <Loaded query={useWebhooks()}>
      {(webhooks) =>
        webhooks.length === 0
          ? <EmptyState title={t("noWebhooks")} hint={t("noWebhooksHint")} />
          : (
            <Rows label={t("webhooks")} heads={[t("url"), t("events"), t("team"), t("state")]}>
              {webhooks.map((webhook) => <WebhookRow key={webhook.webhook_id} webhook={webhook} />)}
            </Rows>
          )}
    </Loaded>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const t = useTranslations("deliveries");
  return (
    <Row isDimmed={!webhook.is_active}>
      <Cell>
        <Link
          to="/admin/$"
          params={{ _splat: `webhooks/${webhook.webhook_id}` }}
          className="font-medium break-all text-accent hover:underline"
        >
          <span dir="ltr">{webhook.url}</span>
        </Link>
        <span className="block text-muted" dir="auto">{webhook.description}</span>
      </Cell>
      <Cell>
        <EventTypes types={webhook.event_types} />
      </Cell>
      <Cell>
        <TeamName id={webhook.team_id} none={t("allTeams")} />
      </Cell>
      <Cell>
        <WebhookState webhook={webhook} />
      </Cell>
    </Row>
  );
}

/** What a webhook asks for. */
export function EventTypes({ types }: { types: readonly string[] }) {
  const t = useTranslations("deliveries");
  if (types.includes("*")) return t("allEvents");
  const shown = types.slice(0, 3).join(", ");
  return <code className="break-words" title={types.join(", ")}>{types.length > 3 ? `${shown}, …` : shown}</code>;
}

/** Whether a webhook is on and works, or why it is off. */
export function WebhookState({ webhook }: { webhook: Webhook }) {
  const t = useTranslations("deliveries");
  if (webhook.is_active) {
    return webhook.failing_since
      ? <Badge tone="warning">{t("failing")}</Badge>
      : <Badge tone="success">{t("on")}</Badge>;
  }
  const reason = webhook.disabled_reason ?? "switched_off";
  return <Badge tone={reason === "switched_off" ? "neutral" : "danger"}>{t(`off.${reason}`)}</Badge>;
}
