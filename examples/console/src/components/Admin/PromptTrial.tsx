import { useState } from "react";
import { useTranslations } from "use-intl";
import { TextsOf } from "../../contexts/LanguageContext.tsx";
import { usePromptTrial } from "../../hooks/useAssistantSettings.ts";
import { answerText } from "../../lib/answerText.ts";
import type { Prompt, RunKind, Ticket } from "../../lib/models.ts";
import { Button, Dialog, ErrorNote, Markdown } from "../Shared/index.ts";
import { TicketFinder } from "../Tickets/TicketFinder.tsx";

type Props = { prompt: Prompt; onClose(): void };

/** The bench: what a version of the instructions would answer about a ticket, before it is activated. */
export function PromptTrial({ prompt, onClose }: Props) {
  const t = useTranslations("admin");
  const [ticket, setTicket] = useState<Ticket | null>(null);
  const [answer, setAnswer] = useState<{ text: string | null; reason: string | null } | null>(null);
  const trial = usePromptTrial();
  const run = async () => {
    if (!ticket) return;
    setAnswer(null);
    const done = await trial.run({
      promptId: prompt.prompt_id,
      kind: prompt.task as RunKind,
      ticketId: ticket.ticket_id,
    });
    if (done) setAnswer({ text: answerText(done.value.answer), reason: done.value.reason });
  };
  return (
    <Dialog
      isOpen
      isWide
      onClose={onClose}
      title={t("tryTitle", { version: prompt.version })}
      footer={
        <Button variant="primary" isBusy={trial.isBusy} isDisabled={!ticket} onClick={run}>
          {ticket ? t("tryOn", { number: ticket.number }) : t("tryChoose")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-muted">{t("tryHint")}</p>
        <TextsOf role="work">
          <TicketFinder besides="" chosen={ticket} onChoose={setTicket} />
        </TextsOf>
        {trial.problem && (trial.problem.reason === "no_function"
          ? <p role="alert">{t("noFunction")}</p>
          : <ErrorNote error={trial.problem} />)}
        {answer && (
          <section
            aria-label={t("tryAnswer")}
            aria-live="polite"
            className="rounded-lg border border-line bg-sunken p-4"
          >
            {answer.text === null ? t("tryNothing", { reason: answer.reason ?? "–" }) : <Markdown text={answer.text} />}
          </section>
        )}
      </div>
    </Dialog>
  );
}
