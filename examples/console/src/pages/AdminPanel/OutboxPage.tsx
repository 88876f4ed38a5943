import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { Deliveries } from "../../components/Delivery/Deliveries.tsx";
import { OutboxNumbers } from "../../components/Delivery/OutboxNumbers.tsx";

export default function OutboxPage() {
  const t = useTranslations("deliveries");
  return (
    <AdminFrame intro={t("outboxIntro")}>
      <div className="flex flex-col gap-6">
        <OutboxNumbers />
        <section aria-label={t("deliveries")} className="flex flex-col gap-3">
          <h2 className="font-semibold">{t("deliveries")}</h2>
          <Deliveries />
        </section>
      </div>
    </AdminFrame>
  );
}
