import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { useNewRequest } from "../../hooks/useNewRequest.ts";
import { usePublicTeams } from "../../hooks/useRequests.ts";
import { useTicketFields } from "../../hooks/useTicketFields.ts";
import { MAX_BODY } from "../../lib/composing.ts";
import { fieldsForRequest, missingFields } from "../../lib/requests.ts";
import { Button, ErrorNote, Select, TextArea, TextField } from "../Shared/index.ts";
import { ChosenFiles } from "./ChosenFiles.tsx";
import { problemOf, RequestField, valueOf } from "./RequestField.tsx";
import { SuggestedArticles } from "./SuggestedArticles.tsx";

const TITLE_MAX = 300;

/** The form of a new request. Nothing typed is lost by leaving the page. */
export function NewRequestForm() {
  const t = useTranslations("portal");
  const writing = useTranslations("writing");
  const { form, set, send, id, renew, isBusy, problem, draftProblem, files } = useNewRequest();
  const { data: allFields = [] } = useTicketFields();
  const { data: teams = [] } = usePublicTeams();
  const [wasTried, setTried] = useState(false);
  const defaultTeam = teams.find((team) => team.is_default);
  const fields = fieldsForRequest(allFields, form.teamId ?? defaultTeam?.team_id ?? null);
  const values = Object.fromEntries(
    fields.map((field) => [field.key, valueOf(field, form.values[field.key])]).filter(([, value]) => value !== null),
  ) as Record<string, unknown>;
  const missing = missingFields(fields, values);
  const isShort = form.title.length <= TITLE_MAX && form.description.length <= MAX_BODY;
  const isValid = isShort && missing.length === 0 && fields.every((field) => !problemOf(field, form.values[field.key]));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isValid && form.title.trim()) void send(values);
  };
  return (
    <form onSubmit={onSubmit} aria-busy={id === null} className="flex flex-col gap-4">
      <div className="flex flex-col">
        <TextField
          label={t("title")}
          hint={t("titleHint")}
          isRequired
          value={form.title}
          error={form.title.length > TITLE_MAX
            ? writing("tooLong", { count: form.title.length, max: TITLE_MAX })
            : wasTried && !form.title.trim()
            ? t("fieldProblem.missing")
            : undefined}
          onChange={(title) => set({ title })}
        />
        <SuggestedArticles words={form.title} />
      </div>
      <TextArea
        label={t("description")}
        hint={t("descriptionHint")}
        rows={7}
        error={form.description.length > MAX_BODY
          ? writing("tooLong", { count: form.description.length, max: MAX_BODY })
          : undefined}
        value={form.description}
        onChange={(description) => set({ description })}
      />
      {teams.length > 1 && (
        <Select
          label={t("team")}
          value={form.teamId ?? ""}
          options={[
            { value: "", label: t("anyTeam") },
            ...teams.map((team) => ({ value: team.team_id, label: team.name })),
          ]}
          onChange={(teamId) => set({ teamId: teamId || null })}
        />
      )}
      {fields.map((field) => (
        <RequestField
          key={field.key}
          field={field}
          typed={form.values[field.key]}
          isMissing={wasTried && missing.includes(field)}
          onChange={(typed) => set({ values: { ...form.values, [field.key]: typed } })}
        />
      ))}
      <ChosenFiles {...files} />
      {problem?.reason === "id_conflict" && id
        ? (
          <p role="alert" className="rounded-md bg-warning-soft px-3 py-2">
            {t("alreadySent")}{" "}
            <Link to="/requests/$ticketId" params={{ ticketId: id }} className="text-accent underline">
              {t("openIt")}
            </Link>{" "}
            <button type="button" className="text-accent underline" onClick={renew}>{t("sendAsAnother")}</button>
          </p>
        )
        : problem && <ErrorNote error={problem} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" variant="primary" isBusy={isBusy} isDisabled={id === null}>{t("sendRequest")}</Button>
        <span className="text-subtle">{draftProblem ? t("draftNotKept") : form.title ? t("draftKept") : ""}</span>
      </div>
    </form>
  );
}
