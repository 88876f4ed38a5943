import { useTranslations } from "use-intl";
import { TextsOf } from "../../contexts/LanguageContext.tsx";

type Props = { name: string; actor: string };

/** What happened to a mail of the ticket, as a line of its conversation. */
export function MailEvent(props: Props) {
  return (
    <TextsOf role="mail">
      <Words {...props} />
    </TextsOf>
  );
}

function Words({ name, actor }: Props) {
  const t = useTranslations("mail");
  const key = `events.${name}` as "events.bounced";
  return t(t.has(key) ? key : "events.other", { actor });
}
