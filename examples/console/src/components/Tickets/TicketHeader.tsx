import { CheckCheck, PanelRight, Pencil } from "lucide-react";
import { memo, useState } from "react";
import { useTranslations } from "use-intl";
import type { TicketEdit } from "../../hooks/useTicketEdit.ts";
import type { TicketDetails } from "../../lib/models.ts";
import type { Other } from "../../lib/presence.ts";
import { Viewers } from "../Conversation/PresenceBanner.tsx";
import { Button, IconButton, PriorityMark, StatusBadge, TextField } from "../Shared/index.ts";

type Props = {
  ticket: TicketDetails;
  edit: TicketEdit;
  others: Other[];
  isDetailed: boolean;
  onDetails(isOpen: boolean): void;
  onResolve(): void;
};

/** The title of the ticket, its state, who else looks at it, and the button that ends it. */
export const TicketHeader = memo(function TicketHeader(props: Props) {
  const { ticket, edit, others, isDetailed, onDetails, onResolve } = props;
  const t = useTranslations("ticket");
  const [isRenaming, setRenaming] = useState(false);
  const canResolve = ticket.status !== "resolved" && ticket.status !== "closed";
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
      <PriorityMark priority={ticket.priority} />
      {isRenaming
        ? <Rename ticket={ticket} edit={edit} onDone={() => setRenaming(false)} />
        : (
          <h1 className="flex min-w-0 grow basis-60 items-center gap-2 text-[1.1rem] font-semibold">
            <span className="shrink-0 font-normal text-subtle">#{ticket.number}</span>
            <span className="truncate" dir="auto" title={ticket.title}>{ticket.title}</span>
            <IconButton label={t("rename")} icon={Pencil} size="small" onClick={() => setRenaming(true)} />
          </h1>
        )}
      <Viewers others={others} />
      <StatusBadge status={ticket.status} />
      {canResolve && (
        <Button size="small" icon={CheckCheck} aria-keyshortcuts="e" onClick={onResolve}>{t("resolve")}</Button>
      )}
      <IconButton
        label={t(isDetailed ? "hideDetails" : "details")}
        icon={PanelRight}
        isPressed={isDetailed}
        onClick={() => onDetails(!isDetailed)}
      />
    </header>
  );
});

function Rename({ ticket, edit, onDone }: { ticket: TicketDetails; edit: TicketEdit; onDone(): void }) {
  const t = useTranslations("ticket");
  const [title, setTitle] = useState(ticket.title);
  const save = () => {
    onDone();
    if (title.trim() !== "" && title.trim() !== ticket.title) void edit.edit({ title: title.trim() });
  };
  return (
    <form
      className="flex min-w-0 flex-1 items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="min-w-0 flex-1">
        <TextField
          label={t("title")}
          isLabelHidden
          value={title}
          onChange={setTitle}
          maxLength={300}
          autoFocus
          onKeyDown={(event) => event.key === "Escape" && onDone()}
        />
      </div>
      <Button size="small" type="submit" variant="primary">{t("save")}</Button>
      <Button size="small" variant="ghost" onClick={onDone}>{t("cancel")}</Button>
    </form>
  );
}
