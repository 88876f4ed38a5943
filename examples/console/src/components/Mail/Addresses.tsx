import { useState } from "react";
import { useTranslations } from "use-intl";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { useAddressActions, useFurtherAddresses } from "../../hooks/useMailChannels.ts";
import { usePeople } from "../../hooks/usePeople.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";
import { Button, Combobox, ErrorNote, TextField, Time } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** Further addresses of people: a mail from one of them is that person's. */
export function Addresses() {
  const t = useTranslations("channels");
  const { add, remove } = useAddressActions();
  const [email, setEmail] = useState("");
  const [person, setPerson] = useState<{ value: string; label: string } | null>(null);
  const [words, setWords] = useState("");
  const { data: found = [] } = usePeople({ search: useDebounced(words.trim(), 200) });
  const people = found.slice(0, 20).filter(({ is_active }) => is_active).map((one) => ({
    value: one.user_id,
    label: one.name && one.email ? `${one.name} · ${one.email}` : one.name || one.email || "?",
  }));
  const options = [...person ? [person] : [], ...people.filter(({ value }) => value !== person?.value)];
  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    if (!person || !email.includes("@")) return;
    if (!await add.run({ email: email.trim(), user_id: person.value })) return;
    setEmail("");
    setPerson(null);
  };
  const problem = add.problem ?? remove.problem;
  return (
    <section aria-label={t("addresses")} className="flex flex-col gap-3">
      <h2 className="font-semibold">{t("addresses")}</h2>
      <p className="max-w-prose text-muted">{t("addressesHint")}</p>
      <form onSubmit={save} className="flex flex-wrap items-end gap-3">
        <TextField label={t("furtherAddress")} type="email" value={email} onChange={setEmail} />
        <Combobox
          label={t("person")}
          value={person?.value ?? null}
          options={options}
          onChange={(id) => setPerson(options.find(({ value }) => value === id) ?? null)}
          onSearch={setWords}
        />
        <Button type="submit" isBusy={add.isBusy} isDisabled={!person || !email.includes("@")}>{t("add")}</Button>
      </form>
      {problem && <ErrorNote error={problem} />}
      <Loaded query={useFurtherAddresses()} lines={1}>
        {(addresses) =>
          addresses.length === 0
            ? <p className="text-muted">{t("noAddresses")}</p>
            : (
              <Rows label={t("addresses")} heads={[t("furtherAddress"), t("person"), t("since"), ""]}>
                {addresses.map((address) => (
                  <Row key={address.email}>
                    <Cell>
                      <span dir="ltr" className="break-all">{address.email}</span>
                    </Cell>
                    <Cell>
                      <span dir="auto">{address.user?.name || address.user?.email}</span>
                    </Cell>
                    <Cell>
                      <Time at={address.created_at} />
                    </Cell>
                    <Cell isEnd>
                      <Button size="small" variant="ghost" onClick={() => void remove.run(address.email)}>
                        {t("remove")}
                      </Button>
                    </Cell>
                  </Row>
                ))}
              </Rows>
            )}
      </Loaded>
    </section>
  );
}
