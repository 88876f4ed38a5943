import { useTranslations } from "use-intl";
import { useDecideMany } from "../../hooks/useQuarantine.ts";
import { canDecide, type Decided, type Decision, type WaitingMail } from "../../lib/quarantine.ts";
import { Button, Dialog, ErrorNote, ErrorText } from "../Shared/index.ts";

type Props = {
  mails: readonly WaitingMail[];
  decision: Decision;
  /** `isDone`: some of the mails were decided on. */
  onClose(isDone: boolean): void;
};

/** One decision on many mails: first how many it is for, then what became of each. */
export function QuarantineDialog({ mails, decision, onClose }: Props) {
  const t = useTranslations("mail.many");
  const shared = useTranslations("shared");
  const { results, isBusy, problem, run, stop } = useDecideMany(decision);
  const ready = mails.filter((mail) => canDecide(mail, decision));
  const rest = ready.filter(({ inbound_id: id }) => !results.has(id));
  const failed = [...results.values()].filter(({ problem }) => problem !== null);
  const isBegun = results.size > 0;
  const leave = () => isBusy ? stop() : onClose(isBegun);
  const go = (
    <Button variant="primary" isBusy={isBusy} onClick={() => void run(rest)}>
      {isBegun ? t("goOn", { count: rest.length }) : t(`confirm.${decision}`, { count: rest.length })}
    </Button>
  );
  return (
    <Dialog
      isOpen
      isWide
      closedBy="key"
      onClose={leave}
      title={t(`titles.${decision}`, { count: ready.length })}
      footer={
        <>
          <Button onClick={leave}>{isBusy ? t("stop") : isBegun ? t("done") : shared("cancel")}</Button>
          {rest.length > 0 && go}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {problem && <ErrorNote error={problem} />}
        {!isBegun && <p>{ready.length > 0 ? t(`texts.${decision}`) : t("nothing")}</p>}
        {!isBegun && mails.length > ready.length && (
          <p className="rounded-md bg-warning-soft px-3 py-2">
            {t(decision === "accept" ? "withoutTicket" : "withoutSender", { count: mails.length - ready.length })}
          </p>
        )}
        <p role="status" className="font-medium empty:hidden">
          {isBusy ? t("progress", { done: results.size, count: ready.length }) : isBegun && [
            t(`results.${decision}`, { count: results.size - failed.length }),
            failed.length > 0 && t("refused", { count: failed.length }),
            ready.length > results.size && t("notTried", { count: ready.length - results.size }),
          ].filter(Boolean).join(" ")}
        </p>
        {isBusy && (
          <progress
            aria-hidden
            className="w-full accent-(--accent)"
            value={results.size}
            max={ready.length}
          />
        )}
        {isBegun
          ? failed.length > 0 && <Mails label={t("refusedLabel")} rows={failed} />
          : <Mails label={t("mails")} rows={ready.map((mail) => ({ mail, problem: null }))} />}
      </div>
    </Dialog>
  );
}

const SHOWN = 100;

function Mails({ label, rows }: { label: string; rows: readonly Decided[] }) {
  const t = useTranslations("mail");
  if (rows.length === 0) return null;
  return (
    <div role="group" aria-label={label} tabIndex={0} className="max-h-72 overflow-auto rounded-lg border border-line">
      <table className="w-full text-start">
        <tbody>
          {rows.slice(0, SHOWN).map(({ mail, problem }) => (
            <tr key={mail.inbound_id} className="border-t border-line align-top first:border-t-0">
              <td className="px-2 py-1 break-words" dir="auto">{mail.subject || t("noSubject")}</td>
              <td className="px-2 py-1 break-all text-muted" dir="ltr">{mail.from_address ?? "–"}</td>
              {problem && (
                <td className="px-2 py-1">
                  <ErrorText error={problem} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN && <p className="px-2 py-1 text-muted">{t("many.others", { count: rows.length - SHOWN })}
      </p>}
    </div>
  );
}
