import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { useReplay } from "../../hooks/useDeliveries.ts";
import { canReplay, type Delivery, type DeliveryState } from "../../lib/deliveries.ts";
import { Cell, Row } from "../Admin/Rows.tsx";
import { Badge, Button, ErrorNote, Time, type Tone } from "../Shared/index.ts";
import { Attempts } from "./Attempts.tsx";

const TONES: Record<DeliveryState, Tone> = {
  queued: "accent",
  leased: "accent",
  done: "success",
  failed: "danger",
  dead: "danger",
  unknown: "warning",
};

type Props = { delivery: Delivery; hasKind: boolean };

/** A delivery, and on request its attempts with what was answered. */
export function DeliveryRow({ delivery, hasKind }: Props) {
  const t = useTranslations("deliveries");
  const attemptsId = useId();
  const [isOpen, setOpen] = useState(false);
  const again = useReplay();
  const { event, ticket_id: ticketId, state, next_at: next } = delivery;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  const name = event?.type ?? t(`kinds.${delivery.kind}`);
  return (
    <>
      <Row>
        <Cell>
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={attemptsId}
            onClick={() => setOpen(!isOpen)}
            className="flex min-h-[24px] items-center gap-1 rounded hover:bg-hover"
          >
            <Chevron aria-hidden size={14} className="shrink-0 text-subtle rtl:-scale-x-100" />
            <Time at={delivery.created_at} isShort />
            <span className="sr-only">{t("attemptsOf", { name })}</span>
          </button>
        </Cell>
        <Cell>
          <code>{name}</code>{" "}
          {delivery.recipient && <span dir="ltr" className="break-all text-muted">{delivery.recipient}</span>}{" "}
          {ticketId && delivery.ticket_number !== null && (
            <Link to="/tickets/$ticketId" params={{ ticketId }} className="text-accent underline">
              #{delivery.ticket_number}
            </Link>
          )}
        </Cell>
        {hasKind && <Cell>{t(`kinds.${delivery.kind}`)}</Cell>}
        <Cell>
          <span className="flex flex-wrap items-center gap-1.5">
            <Badge tone={TONES[state]}>{t(`states.${state}`)}</Badge>
            {state === "queued" && next === null && <span className="text-muted">{t("held")}</span>}
            {state === "queued" && next !== null && delivery.attempts > 0 && (
              <span className="text-muted">
                {t("nextAttempt")} <Time at={next} isShort />
              </span>
            )}
            {delivery.out_of_order && <Badge>{t("outOfOrder")}</Badge>}
          </span>
        </Cell>
        <Cell>
          {delivery.last_status !== null && <span className="me-2 font-medium">{delivery.last_status}</span>}
          <span className="break-words text-muted" dir="auto">{delivery.last_problem}</span>
        </Cell>
        <Cell isEnd>
          {canReplay(delivery) && (
            <Button
              size="small"
              variant="ghost"
              isBusy={again.isBusy}
              onClick={() => void again.run({ deliveryIds: [delivery.delivery_id] })}
            >
              {t("sendAgain")}
            </Button>
          )}
          {again.problem && <ErrorNote error={again.problem} />}
        </Cell>
      </Row>
      <tr id={attemptsId} hidden={!isOpen}>
        <td colSpan={hasKind ? 6 : 5} className="bg-sunken px-4 py-3">
          {isOpen && (
            <div className="sticky start-4 max-w-[calc(100vw-4.5rem)]">
              <Attempts delivery={delivery} />
            </div>
          )}
        </td>
      </tr>
    </>
  );
}
