import { useState } from "react";
import { useTranslations } from "use-intl";
import { useDeliveries } from "../../hooks/useDeliveries.ts";
import { DELIVERY_KINDS, DELIVERY_STATES, type DeliveryKind, type DeliveryState } from "../../lib/deliveries.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import { Rows } from "../Admin/Rows.tsx";
import { Button, EmptyState, ErrorNote, Select, Skeleton } from "../Shared/index.ts";
import { DeliveryRow } from "./DeliveryRow.tsx";

/** Deliveries, the newest first: of one webhook, or of everything. */
export function Deliveries({ webhookId }: { webhookId?: string }) {
  const t = useTranslations("deliveries");
  const [kind, setKind] = useState<DeliveryKind | "">("");
  const [state, setState] = useState<DeliveryState | "">("");
  const query = useDeliveries({ webhookId, kind: kind || undefined, state: state || undefined });
  const deliveries = query.data?.pages.flat() ?? [];
  const heads = [t("when"), t("event"), ...(webhookId ? [] : [t("kind")]), t("state"), t("answer"), ""];
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-3">
        <Select
          label={t("state")}
          value={state}
          onChange={(value) => setState(value as DeliveryState)}
          options={[
            { value: "", label: t("allStates") },
            ...DELIVERY_STATES.map((value) => ({ value, label: t(`states.${value}`) })),
          ]}
        />
        {!webhookId && (
          <Select
            label={t("kind")}
            value={kind}
            onChange={(value) => setKind(value as DeliveryKind)}
            options={[
              { value: "", label: t("allKinds") },
              ...DELIVERY_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })),
            ]}
          />
        )}
      </div>
      {query.error && <ErrorNote error={toHelpdeskError(query.error)} onRetry={() => query.refetch()} />}
      {query.isPending && <Skeleton className="h-24 w-full" />}
      {query.data && deliveries.length === 0 && <EmptyState title={t("noDeliveries")} hint={t("noDeliveriesHint")} />}
      {deliveries.length > 0 && (
        <Rows label={t("deliveries")} heads={heads}>
          {deliveries.map((delivery) => (
            <DeliveryRow key={delivery.delivery_id} delivery={delivery} hasKind={!webhookId} />
          ))}
        </Rows>
      )}
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("older")}</Button>
      )}
    </div>
  );
}
