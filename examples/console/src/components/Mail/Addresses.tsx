import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAddressActions, useFurtherAddresses } from "../../hooks/useMailChannels.ts";
import { ListSection } from "../Admin/ListSection.tsx";
import { Cell, Row } from "../Admin/Rows.tsx";
import { Button, type Option, TextField, Time } from "../Shared/index.ts";
import { PersonField } from "./PersonField.tsx";

/** Further addresses of people: a mail from one of them is that person's. */
export function Addresses() {
  const t = useTranslations("channels");
  const { add, remove } = useAddressActions();
  const [email, setEmail] = useState("");
  const [person, setPerson] = useState<Option | null>(null);
  const save = async () => {
    if (!person || !await add.run({ email: email.trim(), user_id: person.value })) return;
    setEmail("");
    setPerson(null);
  };
  return (
    <ListSection
      title={t("addresses")}
      hint={t("addressesHint")}
      query={useFurtherAddresses()}
      fields={
        <>
          <TextField label={t("furtherAddress")} type="email" value={email} onChange={setEmail} />
          <PersonField label={t("person")} value={person} onChange={setPerson} />
        </>
      }
      add={{ label: t("add"), isBusy: add.isBusy, isReady: person !== null && email.includes("@"), run: save }}
      problem={add.problem ?? remove.problem}
      empty={t("noAddresses")}
      heads={[t("furtherAddress"), t("person"), t("since"), ""]}
      row={(address) => (
        <Row key={address.email}>
          <Cell>
            <span dir="ltr" className="inline-block min-w-40 break-all">{address.email}</span>
          </Cell>
          <Cell>
            <span dir="auto">{address.user?.name || address.user?.email}</span>
          </Cell>
          <Cell>
            <Time at={address.created_at} />
          </Cell>
          <Cell isEnd>
            <Button size="small" variant="ghost" onClick={() => void remove.run(address.email)}>{t("remove")}</Button>
          </Cell>
        </Row>
      )}
    />
  );
}
