import { useTranslations } from "use-intl";
import { TextsOf } from "../../contexts/LanguageContext.tsx";
import type { TicketMail } from "../../lib/inboundMail.ts";
import { Evidence } from "./Evidence.tsx";
import { Explanation } from "./Explanation.tsx";
import { Original } from "./Original.tsx";
import { RedactMail } from "./RedactMail.tsx";

type Props = { mail: TicketMail; id: string };

/** Below a message that came as a mail: what was decided about it, why, and the evidence. */
export default function MailPanel(props: Props) {
  return (
    <TextsOf role="mail">
      <Panel {...props} />
    </TextsOf>
  );
}

function Panel({ mail, id }: Props) {
  const t = useTranslations("mail");
  return (
    <section id={id} aria-label={t("aboutMail")} className="mt-2 flex flex-col gap-2 rounded-md bg-sunken p-3">
      <p className="break-words">
        <Explanation mail={mail} />
      </p>
      {mail.subject && (
        <p className="text-muted">
          {t("subject")}: <bdi className="break-words">{mail.subject}</bdi>
        </p>
      )}
      <Original mail={mail} />
      <Evidence mail={mail} />
      <RedactMail mail={mail} />
    </section>
  );
}
