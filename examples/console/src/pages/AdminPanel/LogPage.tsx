import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { EventLog } from "../../components/Admin/EventLog.tsx";

export default function LogPage() {
  return (
    <AdminFrame intro={useTranslations("admin")("logIntro")}>
      <EventLog />
    </AdminFrame>
  );
}
