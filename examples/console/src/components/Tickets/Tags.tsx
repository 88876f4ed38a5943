import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useTagActions } from "../../hooks/useTicketRelations.ts";
import type { TicketDetails } from "../../lib/models.ts";
import { ErrorNote } from "../Shared/index.ts";

/** The tags of a ticket. Enter or a comma adds what was typed. */
export function Tags({ ticket }: { ticket: TicketDetails }) {
  const t = useTranslations("ticket");
  const { add, remove } = useTagActions(ticket.ticket_id);
  const [typed, setTyped] = useState("");
  const save = async () => {
    const tag = typed.trim().toLowerCase();
    if (tag === "" || await add.run(tag)) setTyped("");
  };
  const problem = add.problem ?? remove.problem;
  return (
    <div className="flex flex-col gap-1">
      <ul className="flex flex-wrap gap-1 empty:hidden">
        {ticket.tags.map((tag) => (
          <li key={tag} className="flex h-[24px] max-w-full items-center rounded bg-sunken ps-1.5 text-xs">
            <span className="truncate" dir="auto">{tag}</span>
            <button
              type="button"
              aria-label={t("removeTag", { tag })}
              onClick={() =>
                void remove.run(tag)}
              className="grid size-[24px] place-items-center rounded text-subtle hover:bg-hover hover:text-default"
            >
              <X aria-hidden size={12} />
            </button>
          </li>
        ))}
      </ul>
      <span className="flex items-center gap-1">
        <Plus aria-hidden size={14} className="text-subtle" />
        <input
          aria-label={t("addTag")}
          placeholder={t("addTag")}
          value={typed}
          dir="auto"
          maxLength={100}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => void save()}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== ",") return;
            event.preventDefault();
            void save();
          }}
          className="h-7 w-full rounded bg-transparent px-1 placeholder:text-subtle hover:bg-hover"
        />
      </span>
      {problem && <ErrorNote error={problem} />}
    </div>
  );
}
