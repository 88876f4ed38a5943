import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useMessages } from "../../hooks/useRequests.ts";
import { useTicketFiles } from "../../hooks/useTicketFiles.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { Ticket } from "../../lib/models.ts";
import { Announcer } from "../Conversation/Announcer.tsx";
import { OutgoingReplies } from "../Conversation/Outgoing.tsx";
import { Button, ErrorNote, Skeleton } from "../Shared/index.ts";
import { PendingFiles } from "./PendingFiles.tsx";
import { RequestMessage } from "./RequestMessage.tsx";

type RequestConversationProps = { request: Ticket; onEdit(): void };

/** A request and what was written about it, oldest first; answers arrive by themselves. */
export function RequestConversation({ request, onEdit }: RequestConversationProps) {
  const t = useTranslations("portal");
  const { me } = useAuth();
  const { entries, isPending, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useMessages(
    request.ticket_id,
  );
  const { data: files = [] } = useTicketFiles(request.ticket_id, entries);
  const end = useRef<HTMLDivElement>(null);
  const newest = entries.at(-1)?.id;
  useEffect(() => {
    if (newest) end.current?.scrollIntoView({ block: "nearest" });
  }, [newest]);
  if (error && entries.length === 0) return <ErrorNote error={toHelpdeskError(error)} onRetry={() => refetch()} />;
  const filesOf = (messageId: string | null) =>
    files.filter((file) => messageId ? file.message_id === messageId : file.placement === "ticket");
  return (
    <section aria-label={t("conversation")} className="flex flex-col gap-3">
      {hasNextPage
        ? <Button isBusy={isFetchingNextPage} onClick={() => fetchNextPage()}>{t("older")}</Button>
        : (
          <RequestMessage
            author=""
            isMine
            at={request.created_at}
            body={request.description}
            files={filesOf(null)}
          />
        )}
      <PendingFiles ticketId={request.ticket_id} />
      {isPending && <Skeleton className="h-16 w-full" />}
      {entries.map((entry) => (
        <RequestMessage
          key={entry.id}
          author={entry.authorName}
          isMine={entry.authorId !== null && entry.authorId === me?.user_id}
          isAssistant={entry.authorKind === "assistant"}
          at={entry.at}
          body={entry.body}
          isRedacted={entry.redactedAt !== null}
          files={filesOf(entry.id)}
        />
      ))}
      <OutgoingReplies ticketId={request.ticket_id} written={entries} onEdit={onEdit} />
      <Announcer entries={entries} ticketNumber={request.number} />
      <div ref={end} />
    </section>
  );
}
