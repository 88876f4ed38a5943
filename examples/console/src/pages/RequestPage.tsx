import { useParams } from "@tanstack/react-router";
import { useRef } from "react";
import { RequestConversation } from "../components/Portal/RequestConversation.tsx";
import { RequestHeader } from "../components/Portal/RequestHeader.tsx";
import { type ReplyHandle, RequestReply } from "../components/Portal/RequestReply.tsx";
import { RequestValues } from "../components/Portal/RequestValues.tsx";
import { Loaded } from "../components/Shell/Loaded.tsx";
import { NotFound } from "../components/Shell/NotFound.tsx";
import { useRequest } from "../hooks/useRequests.ts";
import { toHelpdeskError } from "../lib/errors.ts";

export default function RequestPage() {
  const { ticketId = "" } = useParams({ strict: false });
  const query = useRequest(ticketId);
  const reply = useRef<ReplyHandle>(null);
  if (query.error && toHelpdeskError(query.error).reason === "ticket_not_found") return <NotFound />;
  return (
    <Loaded query={query}>
      {(request) => (
        <div className="mx-auto flex max-w-3xl flex-col gap-5 p-4 sm:p-8">
          <RequestHeader request={request} />
          <RequestValues request={request} />
          <RequestConversation key={ticketId} request={request} onEdit={() => reply.current?.edit()} />
          <RequestReply key={`${ticketId}-reply`} ref={reply} request={request} />
        </div>
      )}
    </Loaded>
  );
}
