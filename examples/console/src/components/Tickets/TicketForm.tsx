import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useRef } from "react";
import { useTranslations } from "use-intl";
import { useNewTicket } from "../../hooks/useNewTicket.ts";
import type { Ticket } from "../../lib/models.ts";
import { CHANNELS } from "../../lib/ticketForm.ts";
import { Button, Checkbox, ErrorNote, Select, Skeleton, TextArea, TextField } from "../Shared/index.ts";
import { FieldInput } from "./FieldInput.tsx";
import { RequesterField } from "./RequesterField.tsx";

const PRIORITIES = ["low", "medium", "high", "urgent"] as const;

/** The form in which staff open a ticket for somebody: after a phone call, for example. */
export function TicketForm({ onDone }: { onDone(ticket: Ticket, isVisible: boolean): void }) {
  const t = useTranslations("ticket");
  const words = useTranslations("shared");
  const { form, set, save, ...rest } = useNewTicket();
  const element = useRef<HTMLFormElement>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const ticket = await save();
    if (ticket) return onDone(ticket, rest.seesTeam(ticket.team_id));
    // The first input that is wrong; drawn by then.
    setTimeout(() => element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  if (!rest.isReady) return <Skeleton className="h-96 w-full" />;
  const wrong = (name: string) => {
    const problem = rest.problems[name];
    return problem && t(`fieldProblem.${problem}`);
  };
  const priorities = PRIORITIES.map((value) => ({ value, label: words(`priorities.${value}`) }));
  return (
    <form ref={element} noValidate onSubmit={submit} className="flex flex-col gap-4">
      <RequesterField
        value={form.requester}
        onChange={(requester) => set({ requester })}
        error={wrong("requester")}
      />
      <TextField
        label={t("title")}
        isRequired
        value={form.title}
        maxLength={300}
        error={wrong("title")}
        onChange={(title) => set({ title })}
      />
      <TextArea
        label={t("new.description")}
        hint={t("new.descriptionHint")}
        rows={6}
        value={form.description}
        maxLength={100_000}
        onChange={(description) => set({ description })}
      />
      <div className="grid gap-4 sm:grid-cols-3">
        <Select
          label={t("team")}
          value={form.teamId}
          options={rest.teams.map(({ team_id, name }) => ({ value: team_id, label: name }))}
          onChange={(teamId) => set({ teamId })}
        />
        <Select
          label={t("priority")}
          value={form.priority}
          options={priorities}
          onChange={(priority) => set({ priority: priority as Ticket["priority"] })}
        />
        <Select
          label={t("new.channel")}
          value={form.channel}
          options={CHANNELS.map((value) => ({ value, label: t(`new.channels.${value}`) }))}
          onChange={(channel) => set({ channel })}
        />
      </div>
      <TextField
        label={t("tags")}
        hint={t("new.tagsHint")}
        value={form.tags}
        onChange={(tags) => set({ tags })}
      />
      <div className="grid gap-4 empty:hidden sm:grid-cols-2">
        {rest.fields.map((field) => (
          <div key={field.key} className={field.type === "long_text" ? "col-span-full" : ""}>
            <FieldInput
              field={field}
              typed={form.fields[field.key]}
              problem={rest.problems[field.key]}
              onChange={(typed) => set({ fields: { ...form.fields, [field.key]: typed } })}
            />
          </div>
        ))}
      </div>
      {rest.seesTeam(form.teamId)
        ? <Checkbox label={t("assignToMe")} isChecked={form.isMine} onChange={(isMine) => set({ isMine })} />
        : <p className="text-muted">{t("new.otherTeam")}</p>}
      {rest.problem && <ErrorNote error={rest.problem} />}
      {rest.problem?.reason === "id_conflict" && (
        <Link to="/tickets/$ticketId" params={{ ticketId: rest.ticketId }} className="text-accent underline">
          {t("new.openFirst")}
        </Link>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant="primary" isBusy={rest.isBusy}>{t("new.create")}</Button>
        <Button variant="ghost" onClick={rest.clear}>{t("new.clear")}</Button>
        <span className="text-muted">{t("new.kept")}</span>
      </div>
    </form>
  );
}
