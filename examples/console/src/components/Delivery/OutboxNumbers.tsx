import { useState } from "react";
import { useTranslations } from "use-intl";
import { useOutboxHealth, useReplay } from "../../hooks/useDeliveries.ts";
import { DELIVERY_KINDS, LATE_SECONDS, type OutboxCounts, type OutboxHealth } from "../../lib/deliveries.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";
import { Button, ConfirmDialog, ErrorNote, Time, useToast } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

const NUMBERS = ["waiting", "held", "dead", "failed", "unknown"] as const;

/** What waits of each kind, for how long, and what ended badly. */
export function OutboxNumbers() {
  const t = useTranslations("deliveries");
  return (
    <Loaded query={useOutboxHealth()}>
      {(health) => (
        <div className="flex flex-col gap-3">
          <Rows
            isOnlyText
            label={t("outbox")}
            heads={[t("kind"), ...NUMBERS.map((name) => t(`numbers.${name}`)), t("oldest")]}
          >
            {DELIVERY_KINDS.map((kind) => (
              <KindRow
                key={kind}
                name={t(`kinds.${kind}`)}
                counts={health.by_kind[kind]}
              />
            ))}
          </Rows>
          <Sentences health={health} />
          {health.dead > 0 && <ReplayDead count={health.dead} />}
        </div>
      )}
    </Loaded>
  );
}

function KindRow({ name, counts }: { name: string; counts: OutboxCounts }) {
  const t = useTranslations("deliveries");
  const minutes = Math.floor((counts.oldest_seconds ?? 0) / 60);
  return (
    <Row>
      <Cell>
        <span className="font-medium">{name}</span>
      </Cell>
      {NUMBERS.map((number) => (
        <Cell key={number}>
          <span className={number === "dead" && counts.dead > 0 ? "font-medium text-danger" : ""}>
            {counts[number]}
          </span>
        </Cell>
      ))}
      <Cell>{counts.oldest_seconds === null ? t("nothingWaits") : t("minutes", { count: minutes })}</Cell>
    </Row>
  );
}

function Sentences({ health }: { health: OutboxHealth }) {
  const t = useTranslations("deliveries");
  return (
    <ul className="flex flex-col gap-1 text-muted">
      <li>
        {health.last_settled_at
          ? (
            <>
              {t("lastSent")} <Time at={health.last_settled_at} />
            </>
          )
          : t("neverSent")}
      </li>
      {(health.oldest_seconds ?? 0) > LATE_SECONDS && <li className="text-warning">{t("late")}</li>}
      {health.webhooks_failing > 0 && <li>{t("failingWebhooks", { count: health.webhooks_failing })}</li>}
      {health.webhooks_disabled > 0 && (
        <li className="text-danger">{t("disabledWebhooks", { count: health.webhooks_disabled })}</li>
      )}
    </ul>
  );
}

function ReplayDead({ count }: { count: number }) {
  const t = useTranslations("deliveries");
  const { toast } = useToast();
  const again = useReplay();
  const [isAsking, setAsking] = useState(false);
  return (
    <div className="flex flex-col items-start gap-2">
      {again.problem && <ErrorNote error={again.problem} />}
      <Button onClick={() => setAsking(true)}>{t("replayAllDead", { count })}</Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={t("replayAllDead", { count })}
        text={t("replayText")}
        confirmLabel={t("sendAgain")}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          const done = await again.run({ isDead: true });
          if (done) toast({ kind: "success", title: t("replayed", { count: done.value }) });
          setAsking(false);
        }}
      />
    </div>
  );
}
