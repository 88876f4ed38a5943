import { useTranslations } from "use-intl";
import type { NewWebhook } from "../../lib/deliveries.ts";
import { Button, Dialog, Time, useToast } from "../Shared/index.ts";

/** The secret of a webhook, shown this once: it is in no cache and in no address, and no slip of the hand closes it. */
export function SecretDialog({ made, onClose }: { made: NewWebhook; onClose(): void }) {
  const t = useTranslations("deliveries");
  const { toast } = useToast();
  const copy = () => void navigator.clipboard.writeText(made.secret).then(() => toast({ title: t("copied") }));
  return (
    <Dialog
      isOpen
      closedBy="nothing"
      onClose={onClose}
      title={t("secretTitle")}
      footer={
        <>
          {/* Only pages over https have a clipboard. */}
          {"clipboard" in navigator && <Button onClick={copy}>{t("copy")}</Button>}
          <Button variant="primary" onClick={onClose}>{t("secretStored")}</Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p>{t("secretText")}</p>
        <p className="text-muted" dir="ltr">{made.url}</p>
        <code dir="ltr" className="rounded-md border border-line bg-sunken px-3 py-2 break-all select-all">
          {made.secret}
        </code>
        {made.old_secret_expires_at && Date.parse(made.old_secret_expires_at) > Date.now() && (
          <p className="text-muted">
            {t("oldSecretUntil")} <Time at={made.old_secret_expires_at} />
          </p>
        )}
      </div>
    </Dialog>
  );
}
