import { useTranslations } from "use-intl";
import type { Status } from "../../lib/models.ts";
import { stateOf } from "../../lib/requests.ts";
import { Badge, type Tone } from "../Shared/index.ts";

const TONES: Record<ReturnType<typeof stateOf>, Tone> = { working: "accent", waiting: "warning", done: "success" };

/** How a request stands, in the requester's words. */
export function RequestStateBadge({ status }: { status: Status }) {
  const t = useTranslations("portal");
  const state = stateOf(status);
  return <Badge tone={TONES[state]}>{t(`states.${state}`)}</Badge>;
}
