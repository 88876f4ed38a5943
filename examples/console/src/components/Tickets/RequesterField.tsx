import { useState } from "react";
import { useTranslations } from "use-intl";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { usePeople } from "../../hooks/usePeople.ts";
import { newId } from "../../lib/ids.ts";
import type { Requester } from "../../lib/ticketForm.ts";
import { Combobox, TextField } from "../Shared/index.ts";

type Props = { value: Requester | null; onChange(value: Requester | null): void; error?: string };

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const NEW = "new";

/** Whose ticket it is: a person found by name or address, or a new customer by their address. */
export function RequesterField({ value, onChange, error }: Props) {
  const t = useTranslations("ticket");
  const [words, setWords] = useState("");
  const settled = useDebounced(words.trim(), 200);
  const { data: found = [] } = usePeople({ search: settled });
  const people = found.slice(0, 20).filter(({ is_active }) => is_active).map(({ user_id, name, email }) => ({
    id: user_id,
    name,
    email: email ?? "",
    isNew: false,
  }));
  const typed = words.trim().toLowerCase();
  const isUnknown = ADDRESS.test(typed) && !people.some(({ email }) => email.toLowerCase() === typed);
  const others = people.filter(({ id }) => id !== value?.id);
  const options = [
    ...value ? [{ value: value.id, label: nameOf(value) }] : [],
    ...others.map((person) => ({ value: person.id, label: nameOf(person) })),
    ...isUnknown ? [{ value: NEW, label: t("new.newCustomer", { email: typed }) }] : [],
  ];
  const choose = (id: string | null) => {
    if (id === NEW) onChange({ id: newId(), name: "", email: typed, isNew: true });
    else onChange(id === value?.id ? value : people.find((person) => person.id === id) ?? null);
  };
  return (
    <div className="flex flex-col gap-3">
      <Combobox
        label={t("requester")}
        placeholder={t("new.findRequester")}
        value={value?.id ?? null}
        options={options}
        onChange={choose}
        onSearch={setWords}
        error={error}
        isRequired
      />
      {value?.isNew && (
        <TextField
          label={t("new.name")}
          hint={t("new.nameHint")}
          value={value.name}
          maxLength={200}
          onChange={(name) => onChange({ ...value, name })}
        />
      )}
    </div>
  );
}

function nameOf({ name, email }: Requester): string {
  return name && email ? `${name} · ${email}` : name || email;
}
