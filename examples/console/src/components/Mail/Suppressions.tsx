import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSuppressionActions, useSuppressions } from "../../hooks/useOutboundMail.ts";
import { ListSection } from "../Admin/ListSection.tsx";
import { Cell, Row } from "../Admin/Rows.tsx";
import { Button, TextField, Time } from "../Shared/index.ts";

/** Addresses to which nothing is sent: after a bounce, a complaint, or because an admin says so. */
export function Suppressions() {
  const t = useTranslations("channels");
  const { add, lift } = useSuppressionActions();
  const [given, setGiven] = useState({ address: "", detail: "" });
  const save = async () => {
    if (await add.run({ ...given, address: given.address.trim() })) setGiven({ address: "", detail: "" });
  };
  return (
    <ListSection
      title={t("suppressions")}
      hint={t("suppressionsHint")}
      query={useSuppressions()}
      fields={
        <>
          <TextField
            label={t("suppressedAddress")}
            type="email"
            value={given.address}
            onChange={(address) => setGiven({ ...given, address })}
          />
          <TextField
            label={t("detail")}
            value={given.detail}
            maxLength={1000}
            onChange={(detail) => setGiven({ ...given, detail })}
          />
        </>
      }
      add={{ label: t("suppress"), isBusy: add.isBusy, isReady: given.address.includes("@"), run: save }}
      problem={add.problem ?? lift.problem}
      empty={t("noSuppressions")}
      heads={[t("suppressedAddress"), t("reason"), t("since"), ""]}
      row={({ address, reason, detail, created_at }) => (
        <Row key={address}>
          <Cell>
            <span dir="ltr" className="inline-block min-w-52 break-all">{address}</span>
          </Cell>
          <Cell>
            {t(`suppressionReasons.${reason}`)} <span className="break-words text-muted" dir="auto">{detail}</span>
          </Cell>
          <Cell>
            <Time at={created_at} />
          </Cell>
          <Cell isEnd>
            <Button size="small" variant="ghost" onClick={() => void lift.run(address)}>{t("lift")}</Button>
          </Cell>
        </Row>
      )}
    />
  );
}
