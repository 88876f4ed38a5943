import { useTranslations } from "use-intl";
import { TextsOf } from "../../contexts/LanguageContext.tsx";
import { Participants } from "../Mail/Participants.tsx";
import { SidePanel } from "./SidePanel.tsx";

/** Who takes part in the ticket by mail, with the texts that this needs. */
export default function ParticipantsPanel({ ticketId }: { ticketId: string }) {
  return (
    <TextsOf role="mail">
      <Titled ticketId={ticketId} />
    </TextsOf>
  );
}

function Titled({ ticketId }: { ticketId: string }) {
  return (
    <SidePanel title={useTranslations("mail")("participants")}>
      <Participants ticketId={ticketId} />
    </SidePanel>
  );
}
