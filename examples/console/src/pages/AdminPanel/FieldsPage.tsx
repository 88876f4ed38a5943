import { useState } from "react";
import { useTranslations } from "use-intl";
import { AdminFrame } from "../../components/Admin/AdminFrame.tsx";
import { FieldDialog } from "../../components/Admin/FieldDialog.tsx";
import { Fields } from "../../components/Admin/Fields.tsx";
import { Button } from "../../components/Shared/index.ts";

export default function FieldsPage() {
  const t = useTranslations("admin");
  const [isMaking, setMaking] = useState(false);
  return (
    <AdminFrame
      intro={t("fieldsIntro")}
      actions={<Button variant="primary" onClick={() => setMaking(true)}>{t("newField")}</Button>}
    >
      <Fields />
      <FieldDialog isOpen={isMaking} onClose={() => setMaking(false)} />
    </AdminFrame>
  );
}
