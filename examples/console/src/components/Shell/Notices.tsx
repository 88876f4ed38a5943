import { useNavigate } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { useNotices } from "../../hooks/useNotices.ts";

/** Notifications while the page is hidden, and their number in the title of its tab. */
export default function Notices() {
  const t = useTranslations("queue");
  const navigate = useNavigate();
  useNotices({
    textOf: ({ kind, name, number }) =>
      kind === "reply" ? t("noticeReply", { name, number }) : t("noticeAssigned", { number }),
    onOpen: ({ ticketId }) => void navigate({ to: "/tickets/$ticketId", params: { ticketId } }),
  });
  return null;
}
