import { BotOff, Ellipsis, Sparkles, Tags } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import { useExclusion, useTriage } from "../../hooks/useSuggestion.ts";
import type { RunKind } from "../../lib/models.ts";
import { Button, Menu, TextField, useToast } from "../Shared/index.ts";

type Kind = Exclude<RunKind, "classification">;
type AskAssistantProps = {
  ticketId: string;
  hasDraft: boolean;
  onAsk(given: { kind: Kind; wish?: string }): void;
  /** The ticket is closed: a draft is of little use. */
  isMuted?: boolean;
};

/** Ask for a draft, again with a wish, or for something else. */
export function AskAssistant({ ticketId, hasDraft, onAsk, isMuted }: AskAssistantProps) {
  const t = useTranslations("assistant");
  const { toast } = useToast();
  const triage = useTriage(ticketId);
  const { exclude } = useExclusion(ticketId);
  const [wish, setWish] = useState("");
  const ask = () => {
    onAsk({ kind: "reply", wish: wish.trim() || undefined });
    setWish("");
  };
  useShortcuts([
    {
      id: "suggestion.ask",
      keys: "y",
      label: t("suggest"),
      group: t("title"),
      when: !hasDraft && !isMuted,
      run: () => onAsk({ kind: "reply" }),
    },
  ]);
  const classify = async () => {
    const done = await triage.run(undefined);
    if (!done) return toast({ title: t("triageFailed"), kind: "danger" });
    const { state, reason } = done.value;
    if (state === "queued") toast({ title: t("triageWaits") });
    else if (reason === "no_change") toast({ title: t("runReasons.no_change") });
    else if (state !== "done") toast({ title: t("triageUnsure") });
  };
  const more = [
    { label: t("askSummary"), onSelect: () => onAsk({ kind: "summary" }) },
    { label: t("askNextSteps"), onSelect: () => onAsk({ kind: "next_steps" }) },
    { label: t("askArticle"), onSelect: () => onAsk({ kind: "article" }) },
    { label: t("askTriage"), icon: Tags, onSelect: () => void classify() },
    { label: t("exclude"), icon: BotOff, onSelect: () => void exclude.run(true) },
  ];
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      {hasDraft && (
        <div className="min-w-24 flex-1">
          <TextField
            label={t("wish")}
            isLabelHidden
            placeholder={t("wishHint")}
            value={wish}
            onChange={setWish}
            maxLength={1000}
          />
        </div>
      )}
      <Button
        type="submit"
        variant={hasDraft || isMuted ? "secondary" : "primary"}
        icon={hasDraft ? undefined : Sparkles}
        isDisabled={hasDraft && wish.trim() === ""}
      >
        {hasDraft ? t("again") : t("suggest")}
      </Button>
      <Menu
        trigger={
          <Button variant="ghost" isBusy={triage.isBusy} title={t("more")}>
            {!triage.isBusy && <Ellipsis aria-hidden size={16} />}
            <span className="sr-only">{t("more")}</span>
          </Button>
        }
        items={more}
      />
    </form>
  );
}
