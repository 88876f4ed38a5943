import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { Templates } from "../../components/Mail/Templates.tsx";

export default function TemplatesPage() {
  return (
    <AdminFrame intro={useTranslations("channels")("templatesIntro")}>
      <Templates />
    </AdminFrame>
  );
}
