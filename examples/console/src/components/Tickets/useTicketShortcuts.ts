import type { RefObject } from "react";
import { flushSync } from "react-dom";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useShortcuts } from "../../contexts/ShortcutContext.tsx";
import type { TicketEdit } from "../../hooks/useTicketEdit.ts";
import type { TicketDetails } from "../../lib/models.ts";
import type { ComposerHandle } from "../Conversation/Composer.tsx";
import { focusProperty } from "./PropertyRow.tsx";

type Given = {
  ticket: TicketDetails;
  edit: TicketEdit;
  composer: RefObject<ComposerHandle | null>;
  showDetails(): void;
  onResolve(): void;
};

/** The keys of a ticket. */
export function useTicketShortcuts({ ticket, edit, composer, showDetails, onResolve }: Given): void {
  const t = useTranslations("ticket");
  const { me } = useAuth();
  const group = t("shortcuts.group");
  const property = (name: string) => () => {
    // At once: the next key is for the control.
    flushSync(showDetails);
    focusProperty(name);
  };
  const isOver = ticket.status === "resolved" || ticket.status === "closed";
  useShortcuts([
    { id: "ticket.reply", keys: "r", label: t("shortcuts.reply"), group, run: () => composer.current?.open("reply") },
    { id: "ticket.note", keys: "n", label: t("shortcuts.note"), group, run: () => composer.current?.open("note") },
    { id: "ticket.assign", keys: "a", label: t("shortcuts.assign"), group, run: property("assignee") },
    {
      id: "ticket.assignToMe",
      keys: "i",
      label: t("shortcuts.assignToMe"),
      group,
      when: ticket.assigned_to !== me?.user_id,
      run: () => me && void edit.edit({ assigned_to: me.user_id }, { assignee: me }),
    },
    { id: "ticket.team", keys: "t", label: t("shortcuts.team"), group, run: property("team") },
    { id: "ticket.status", keys: "s", label: t("shortcuts.status"), group, run: property("status") },
    { id: "ticket.priority", keys: "p", label: t("shortcuts.priority"), group, run: property("priority") },
    { id: "ticket.tags", keys: "l", label: t("shortcuts.tags"), group, run: property("tags") },
    { id: "ticket.snooze", keys: "z", label: t("shortcuts.snooze"), group, run: property("snooze") },
    { id: "ticket.resolve", keys: "e", label: t("shortcuts.resolveNext"), group, when: !isOver, run: onResolve },
    {
      id: "ticket.undo",
      keys: "u",
      label: t("shortcuts.undo"),
      group,
      run: () => {
        if (!composer.current?.undo()) edit.undo?.();
      },
    },
  ]);
}
