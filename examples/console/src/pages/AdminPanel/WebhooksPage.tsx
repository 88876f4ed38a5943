import { useState } from "react";
import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { SecretDialog } from "../../components/Delivery/SecretDialog.tsx";
import { WebhookDialog } from "../../components/Delivery/WebhookDialog.tsx";
import { Webhooks } from "../../components/Delivery/Webhooks.tsx";
import { Button } from "../../components/Shared/index.ts";
import type { NewWebhook } from "../../lib/deliveries.ts";

export default function WebhooksPage() {
  const t = useTranslations("deliveries");
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<NewWebhook | null>(null);
  return (
    <AdminFrame
      intro={t("webhooksIntro")}
      actions={<Button variant="primary" onClick={() => setMaking(true)}>{t("newWebhook")}</Button>}
    >
      <Webhooks />
      {isMaking && (
        <WebhookDialog
          onClose={() => setMaking(false)}
          onMade={(given) => {
            setMaking(false);
            setMade(given);
          }}
        />
      )}
      {made && <SecretDialog made={made} onClose={() => setMade(null)} />}
    </AdminFrame>
  );
}
