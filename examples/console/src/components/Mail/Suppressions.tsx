import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSuppressionActions, useSuppressions } from "../../hooks/useOutboundMail.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";
import { Button, ErrorNote, TextField, Time } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** Addresses to which nothing is sent: after a bounce, a complaint, or because an admin says so. */
export function Suppressions() {
  const t = useTranslations("channels");
  const { add, lift } = useSuppressionActions();
  const [given, setGiven] = useState({ address: "", detail: "" });
  const isReady = given.address.includes("@");
  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    if (await add.run({ ...given, address: given.address.trim() })) setGiven({ address: "", detail: "" });
  };
  const problem = add.problem ?? lift.problem;
  return (
    <section aria-label={t("suppressions")} className="flex flex-col gap-3">
      <h2 className="font-semibold">{t("suppressions")}</h2>
      <p className="max-w-prose text-muted">{t("suppressionsHint")}</p>
      <form onSubmit={save} className="flex flex-wrap items-end gap-3">
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
        <Button type="submit" isBusy={add.isBusy} isDisabled={!isReady}>{t("suppress")}</Button>
      </form>
      {problem && <ErrorNote error={problem} />}
      <Loaded query={useSuppressions()} lines={1}>
        {(suppressions) =>
          suppressions.length === 0
            ? <p className="text-muted">{t("noSuppressions")}</p>
            : (
              <Rows label={t("suppressions")} heads={[t("suppressedAddress"), t("reason"), t("since"), ""]}>
                {suppressions.map(({ address, reason, detail, created_at }) => (
                  <Row key={address}>
                    <Cell>
                      <span dir="ltr" className="break-all">{address}</span>
                    </Cell>
                    <Cell>
                      {t(`suppressionReasons.${reason}`)}{" "}
                      <span className="break-words text-muted" dir="auto">{detail}</span>
                    </Cell>
                    <Cell>
                      <Time at={created_at} />
                    </Cell>
                    <Cell isEnd>
                      <Button size="small" variant="ghost" onClick={() => void lift.run(address)}>{t("lift")}</Button>
                    </Cell>
                  </Row>
                ))}
              </Rows>
            )}
      </Loaded>
    </section>
  );
}
