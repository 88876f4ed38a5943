import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { SharedViews } from "../../components/Admin/SharedViews.tsx";

export default function ViewsPage() {
  return (
    <AdminFrame intro={useTranslations("admin")("viewsIntro")}>
      <SharedViews />
    </AdminFrame>
  );
}
