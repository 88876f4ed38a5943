import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { useAllShortcuts } from "../../contexts/ShortcutContext.tsx";
import { useSearch } from "../../hooks/useTickets.ts";
import { useViews } from "../../hooks/useViews.ts";
import { useDebounced } from "../../hooks/useDebounced.ts";
import { matchCommands } from "../../lib/commands.ts";
import { effective } from "../../lib/shortcuts.ts";
import { Dialog, Kbd, StatusBadge } from "../Shared/index.ts";
import type { Status } from "../../lib/models.ts";

type Command = { id: string; label: string; keys?: string; kind: string; status?: Status; run(): void };

/** Everything that can be done or opened from here, found by typing: actions, views, tickets. */
export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useTranslations("shell");
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t("palette")}>
      {isOpen && <Commands onClose={onClose} />}
    </Dialog>
  );
}

function useCommands(words: string): Command[] {
  const t = useTranslations("shell");
  const navigate = useNavigate();
  const { can } = useAuth();
  const isStaff = can("work");
  const actions = effective(useAllShortcuts()).filter(({ id }) => id !== "palette");
  const views = useViews(isStaff);
  const settled = useDebounced(words.trim(), 200);
  const found = useSearch(isStaff ? settled : "");
  const tickets = words.trim().length > 1 && found.data
    ? [...found.data.exact, ...found.data.hits.map((hit) => hit.ticket)].slice(0, 8)
    : [];
  return [
    ...matchCommands(words, actions.map((action) => ({ ...action, kind: action.group }))),
    ...matchCommands(
      words,
      (views.data ?? []).map(({ view_id, name }) => ({
        id: view_id,
        label: name,
        kind: t("views"),
        run: () => void navigate({ to: "/queue", search: { view: view_id } }),
      })),
    ),
    ...tickets.map((ticket) => ({
      id: ticket.ticket_id,
      label: `#${ticket.number} ${ticket.title}`,
      kind: t("queue"),
      status: ticket.status,
      run: () => void navigate({ to: "/tickets/$ticketId", params: { ticketId: ticket.ticket_id } }),
    })),
  ];
}

function Commands({ onClose }: { onClose(): void }) {
  const t = useTranslations("shell");
  const list = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands(words);
  const current = Math.min(at, commands.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    // After the window is gone, so that the command finds the page with its focus.
    setTimeout(command.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((current + step + commands.length) % Math.max(commands.length, 1));
    else if (event.key === "Enter") run(commands[current]);
    else return;
    event.preventDefault();
  };
  return (
    <div className="flex flex-col gap-2">
      <input
        // The window opens to type into it.
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={commands[current] && `${list}-${current}`}
        aria-label={t("palette")}
        placeholder={t("paletteHint")}
        value={words}
        dir="auto"
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        className="h-9 w-full rounded-md border border-strong bg-surface px-3"
      />
      <ul id={list} role="listbox" aria-label={t("palette")} className="max-h-80 overflow-y-auto">
        {commands.map((command, index) => (
          <li
            key={`${command.kind} ${command.id}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === current}
            ref={(element) => {
              if (index === current) element?.scrollIntoView({ block: "nearest" });
            }}
            onClick={() => run(command)}
            onPointerMove={() => setAt(index)}
            className="flex cursor-pointer items-center gap-3 rounded-md px-2.5 py-1.5 aria-selected:bg-selected"
          >
            <span className="min-w-0 flex-1 truncate" dir="auto">{command.label}</span>
            {command.status && <StatusBadge status={command.status} />}
            <span className="text-muted">{command.kind}</span>
            {command.keys && <Kbd keys={command.keys} />}
          </li>
        ))}
      </ul>
      {commands.length === 0 && <p role="status" className="px-2.5 text-muted">{t("noCommand")}</p>}
    </div>
  );
}
