import type { UseQueryResult } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import type { HelpdeskError } from "../../lib/errors.ts";
import { Button, ErrorNote } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Rows } from "./Rows.tsx";

type Props<Entry> = {
  title: string;
  hint: string;
  query: UseQueryResult<Entry[]>;
  /** The fields of a new entry. */
  fields: ReactNode;
  add: { label: string; isBusy: boolean; isReady: boolean; run(): unknown };
  problem: HelpdeskError | null;
  empty: string;
  heads: string[];
  row(entry: Entry): ReactNode;
};

/** A list of the admin panel: what it is for, a form that adds to it, and its rows. */
export function ListSection<Entry>({ title, hint, query, fields, add, problem, empty, heads, row }: Props<Entry>) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (add.isReady && !add.isBusy) void add.run();
  };
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="font-semibold">{title}</h2>
      <p className="max-w-prose text-muted">{hint}</p>
      <form noValidate onSubmit={submit} className="flex flex-wrap items-end gap-3">
        {fields}
        <Button type="submit" isBusy={add.isBusy} isDisabled={!add.isReady}>{add.label}</Button>
      </form>
      {problem && <ErrorNote error={problem} />}
      <Loaded query={query} lines={1}>
        {(entries) =>
          entries.length === 0
            ? <p className="text-muted">{empty}</p>
            : <Rows label={title} heads={heads}>{entries.map(row)}</Rows>}
      </Loaded>
    </section>
  );
}
