import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { Health } from "../../components/Admin/Health.tsx";

export default function HealthPage() {
  return (
    <AdminFrame intro={useTranslations("admin")("healthIntro")}>
      <Health />
    </AdminFrame>
  );
}
