import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { AssistantReport } from "../../components/Admin/AssistantReport.tsx";
import { AssistantSwitches } from "../../components/Admin/AssistantSwitches.tsx";
import { Prompts } from "../../components/Admin/Prompts.tsx";
import { Thresholds } from "../../components/Admin/Thresholds.tsx";

export default function AssistantPage() {
  const t = useTranslations("admin");
  return (
    <AdminFrame intro={t("assistantIntro")}>
      <div className="flex flex-col gap-4">
        <AssistantSwitches />
        <Thresholds />
        <Prompts />
        <AssistantReport />
      </div>
    </AdminFrame>
  );
}
