import { Lock, Reply } from "lucide-react";
import { lazy, memo, type Ref, Suspense, useImperativeHandle, useRef } from "react";
import { flushSync } from "react-dom";
import { useTranslations } from "use-intl";
import { useChosenKind } from "../../hooks/useChosenKind.ts";
import { useDraft } from "../../hooks/useDraft.ts";
import { type DraftKind, isEmpty } from "../../lib/drafts.ts";
import type { InsertedProposal, TicketDetails } from "../../lib/models.ts";
import type { EditorHandle } from "./Editor.tsx";
import { NoteEditor } from "./NoteEditor.tsx";
import { type Reading, ReplyEditor } from "./ReplyEditor.tsx";

const SuppressionWarning = lazy(() => import("../Mail/SuppressionWarning.tsx"));

export type ComposerHandle = {
  open(kind: DraftKind): void;
  /** Put a text into the reply: in place of nothing, or at the cursor. Never sends. `proposal`: whose draft it is. */
  insert(text: string, proposal?: InsertedProposal): void;
  /** Take what was not sent back into the editor. */
  edit(kind: DraftKind): void;
  /** Take a reply back that waits to be sent; false when none does. */
  undo(): boolean;
};
type Props = {
  ticket: TicketDetails;
  reading: Reading;
  onTyping(kind: DraftKind | null): void;
  ref?: Ref<ComposerHandle>;
};

/**
 * Where staff write. A reply and a note have a tab, a colour, an icon, a label and a function of their own; which one is
 * open changes only when the person chooses.
 */
export const Composer = memo(function Composer({ ticket, reading, onTyping, ref }: Props) {
  const t = useTranslations("composer");
  const name = ticket.requester?.name || ticket.requester?.email || "";
  const reply = useDraft(ticket.ticket_id, "reply"), note = useDraft(ticket.ticket_id, "note");
  const [kind, choose] = useChosenKind(ticket.ticket_id, { reply: hasText(reply), note: hasText(note) });
  const editor = useRef<EditorHandle>(null);

  const open = (wanted: DraftKind) => {
    // At once: what is typed next is text, no shortcut.
    flushSync(() => choose(wanted));
    editor.current?.focus();
  };
  useImperativeHandle(ref, () => ({
    open,
    insert(text, proposal) {
      if (proposal) reply.change({ proposal });
      if (editor.current?.kind === "reply") return editor.current.insert(text);
      reply.change((before) => ({ text: before.text.trim() === "" ? text : `${before.text}\n\n${text}` }));
      open("reply");
    },
    edit(wanted) {
      if (editor.current?.kind === wanted) return editor.current.edit();
      flushSync(() => choose(wanted));
      editor.current?.edit();
    },
    undo: () => editor.current?.kind === "reply" && editor.current.undo(),
  }));
  const moveToNote = (text: string) => {
    note.change((before) => ({ text: before.text.trim() === "" ? text : `${before.text}\n\n${text}` }));
    reply.change({ text: "", mentionAsked: true });
    open("note");
  };

  return (
    <section aria-label={t("label")} className="border-t border-line bg-surface px-4 pt-2 pb-3">
      <div className="mx-auto max-w-3xl">
        <div role="tablist" aria-label={t("label")} className="flex gap-1">
          <Tab kind="reply" isOpen={kind === "reply"} hasDraft={hasText(reply)} onOpen={() => open("reply")} />
          <Tab kind="note" isOpen={kind === "note"} hasDraft={hasText(note)} onOpen={() => open("note")} />
        </div>
        <div role="tabpanel" aria-label={kind ? t(kind) : t("label")}>
          {kind === "reply" && (
            <Suspense fallback={null}>
              <SuppressionWarning ticket={ticket} />
            </Suspense>
          )}
          {kind === "reply" && (
            <ReplyEditor
              ref={editor}
              ticket={ticket}
              name={name}
              draft={reply}
              reading={reading}
              onTyping={onTyping}
              onMoveToNote={moveToNote}
            />
          )}
          {kind === "note" && <NoteEditor ref={editor} ticket={ticket} name={name} draft={note} onTyping={onTyping} />}
          {kind === null && <p className="pt-2 text-muted">{t("choose")}</p>}
        </div>
      </div>
    </section>
  );
});

const TABS = {
  reply: { icon: Reply, open: "border-accent bg-accent-soft text-accent" },
  note: { icon: Lock, open: "border-note bg-note text-note" },
};

function Tab({ kind, isOpen, hasDraft, onOpen }: {
  kind: DraftKind;
  isOpen: boolean;
  hasDraft: boolean;
  onOpen(): void;
}) {
  const t = useTranslations("composer");
  const { icon: Icon, open } = TABS[kind];
  return (
    <button
      type="button"
      role="tab"
      aria-selected={isOpen}
      aria-keyshortcuts={kind === "reply" ? "r" : "n"}
      onClick={onOpen}
      className={`flex h-8 items-center gap-1.5 rounded-t-md border border-b-0 px-3 font-medium ${
        isOpen ? open : "border-transparent text-muted hover:bg-hover hover:text-default"
      }`}
    >
      <Icon aria-hidden size={14} className="rtl:-scale-x-100" />
      {t(kind)}
      {hasDraft && !isOpen && <span className="rounded bg-sunken px-1 text-[11px] text-muted">{t("draft")}</span>}
    </button>
  );
}

function hasText({ draft }: ReturnType<typeof useDraft>): boolean {
  return !isEmpty(draft);
}
