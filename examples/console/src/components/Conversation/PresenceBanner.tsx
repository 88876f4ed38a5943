import { Eye, PenLine } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Other } from "../../lib/presence.ts";
import { Avatar } from "../Shared/index.ts";

/** Who else has the ticket open: small faces in its head. */
export function Viewers({ others }: { others: Other[] }) {
  const t = useTranslations("ticket");
  const format = useFormatter();
  if (others.length === 0) return null;
  const names = format.list(others.map(({ name }) => name));
  const label = t("presence.viewing", { names, count: others.length });
  return (
    <span role="img" aria-label={label} title={label} className="flex items-center gap-1 text-subtle">
      <Eye aria-hidden size={14} />
      {others.slice(0, 4).map(({ user_id, name }) => <Avatar key={user_id} name={name} size="small" />)}
    </span>
  );
}

/** Who else writes at this moment: above the editor, before anybody answers twice. */
export function TypingBanner({ others }: { others: Other[] }) {
  const t = useTranslations("ticket");
  const format = useFormatter();
  return (
    <div aria-live="polite">
      {(["reply", "note"] as const).map((kind) => {
        const writers = others.filter((other) => other.state === "typing" && (other.kind ?? "reply") === kind);
        if (writers.length === 0) return null;
        return (
          <p
            key={kind}
            className="flex items-center gap-2 border-t border-line bg-warning-soft px-4 py-1.5 text-warning"
          >
            <PenLine aria-hidden size={14} />
            <span dir="auto">
              {t(`presence.${kind}`, { names: format.list(writers.map(({ name }) => name)), count: writers.length })}
            </span>
          </p>
        );
      })}
    </div>
  );
}
