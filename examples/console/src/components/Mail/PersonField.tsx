import { useState } from "react";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { usePeople } from "../../hooks/usePeople.ts";
import type { Role } from "../../lib/models.ts";
import { Combobox, type Option } from "../Shared/index.ts";

type Props = {
  label: string;
  placeholder?: string;
  value: Option | null;
  onChange(person: Option | null): void;
  role?: Role;
  isRequired?: boolean;
};

/** Somebody who is active, found by name or address. */
export function PersonField({ value, onChange, role, ...shown }: Props) {
  const [words, setWords] = useState("");
  const { data: found = [] } = usePeople({ search: useDebounced(words.trim(), 200), role });
  const people = found.slice(0, 20).filter(({ is_active }) => is_active).map(({ user_id, name, email }) => ({
    value: user_id,
    label: name && email ? `${name} · ${email}` : name || email || "?",
  }));
  const options = [...value ? [value] : [], ...people.filter((person) => person.value !== value?.value)];
  return (
    <Combobox
      {...shown}
      value={value?.value ?? null}
      options={options}
      onChange={(id) => onChange(options.find((option) => option.value === id) ?? null)}
      onSearch={setWords}
    />
  );
}
