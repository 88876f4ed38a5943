import { useNavigate } from "@tanstack/react-router";
import { useCallback, useRef } from "react";
import { finishDraft } from "../lib/drafts.ts";
import { newId } from "../lib/ids.ts";
import { keys } from "../lib/queryKeys.ts";
import { createRequest } from "../services/requests.ts";
import { useAction } from "./useAction.ts";
import { useChosenFiles } from "./useChosenFiles.ts";
import { useDraft } from "./useDraft.ts";

export type RequestForm = {
  title: string;
  description: string;
  teamId: string | null;
  values: Record<string, unknown>;
};

/** The form of a new request: kept as a draft, whose id becomes that of the ticket, so that there is one of it. */
export function useNewRequest() {
  const { key, draft, isRead, change, problem: draftProblem } = useDraft("new-request", "reply");
  const files = useChosenFiles(key.ticketId, draft, change);
  const isSending = useRef(false);
  const navigate = useNavigate();
  const { run, isBusy, problem } = useAction(createRequest, [keys.lists()]);
  const kept = (draft.form ?? {}) as Partial<Omit<RequestForm, "description">>;
  const form: RequestForm = {
    title: kept.title ?? "",
    description: draft.text,
    teamId: kept.teamId ?? null,
    values: kept.values ?? {},
  };
  const set = useCallback((changes: Partial<RequestForm>) => {
    const { description, ...rest } = changes;
    change((before) => ({
      ...description === undefined ? {} : { text: description },
      form: { ...before.form, ...rest },
    }));
  }, [change]);
  const send = async (values: Record<string, unknown>) => {
    // State arrives with the next paint; a double click does not wait for it.
    if (!isRead || isSending.current) return;
    isSending.current = true;
    const { title, description, teamId } = form;
    const id = draft.id;
    const done = await run({ id, title: title.trim(), description, teamId, values });
    isSending.current = false;
    if (!done) return;
    await files.upload(id);
    await finishDraft(key).catch(() => {});
    await navigate({ to: "/requests/$ticketId", params: { ticketId: id } });
  };
  return {
    form,
    set,
    send,
    /** The id that the request will have; null until the draft is read. */
    id: isRead ? draft.id : null,
    /** Make it another request than the one that was sent under this id. */
    renew: () => change({ id: newId() }),
    isBusy,
    problem,
    draftProblem,
    files,
  };
}
