import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { useMailHtml } from "../../hooks/useInboundMail.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { TicketMail } from "../../lib/inboundMail.ts";
import type { MailHtml } from "../../lib/mailHtml.ts";
import { Button, ErrorNote, Skeleton } from "../Shared/index.ts";
import { OriginalFrame } from "./OriginalFrame.tsx";

/** The button that shows a mail as it came. Its text stays what the conversation has. */
export function Original({ mail }: { mail: TicketMail }) {
  const t = useTranslations("mail");
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  if (!mail.has_html) return null;
  return (
    <>
      <div>
        <Button size="small" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t("hideOriginal") : t("showOriginal")}
        </Button>
      </div>
      {isOpen && (
        <div id={id} className="flex flex-col gap-2">
          <Shown inboundId={mail.inbound_id} />
        </div>
      )}
    </>
  );
}

function Shown({ inboundId }: { inboundId: string }) {
  const t = useTranslations("mail");
  const [withImages, setWithImages] = useState(false);
  const { data, error, refetch, isFetching } = useMailHtml(inboundId, withImages);
  const problem = error && toHelpdeskError(error);
  if (problem?.reason === "email_removed") return <p className="text-muted">{t("mailRemoved")}</p>;
  if (problem) return <ErrorNote error={problem} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-24 w-full" />;
  if (data.html === null) return <p className="text-muted">{t(data.has_html === null ? "notParsed" : "noHtml")}</p>;
  return (
    <>
      <Notes view={data} isBusy={isFetching} onLoad={() => setWithImages(true)} />
      <OriginalFrame html={data.html} title={t("original")} />
    </>
  );
}

function Notes({ view, isBusy, onLoad }: { view: MailHtml; isBusy: boolean; onLoad(): void }) {
  const t = useTranslations("mail");
  return (
    <div role="status" className="flex flex-col gap-1 text-xs text-muted">
      <p>{t("linksDoNotWork")}</p>
      {view.is_cut && <p>{t("originalCut")}</p>}
      {view.missing_images > 0 && <p>{t("missingImages", { count: view.missing_images })}</p>}
      {view.remote_images > 0 && !view.shows_remote_images && (
        <div className="flex flex-wrap items-center gap-2">
          <Button size="small" isBusy={isBusy} onClick={onLoad}>
            {t("loadImages", { count: view.remote_images })}
          </Button>
          <span>{t("loadImagesHint")}</span>
        </div>
      )}
    </div>
  );
}
