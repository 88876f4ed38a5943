import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { WebhookView } from "../../components/Delivery/WebhookView.tsx";

export default function WebhookPage({ webhookId }: { webhookId: string }) {
  return (
    <AdminFrame intro={useTranslations("deliveries")("webhookIntro")}>
      <WebhookView webhookId={webhookId} />
    </AdminFrame>
  );
}
