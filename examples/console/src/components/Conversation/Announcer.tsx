import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import type { TimelineEntry } from "../../lib/timeline.ts";

type Props = { entries: TimelineEntry[]; ticketNumber: number };

/** Says once, to people who do not see the page, who has written; not what. */
export function Announcer({ entries, ticketNumber }: Props) {
  const t = useTranslations("writing");
  const { me } = useAuth();
  const last = useRef<number | null>(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    const newest = entries.at(-1)?.sequence;
    if (newest === undefined) return;
    // What is there when the ticket is opened is no news.
    const before = last.current ?? newest;
    last.current = Math.max(before, newest);
    const news = entries.filter(({ sequence, kind, authorId }) =>
      sequence > before && kind !== "event" && authorId !== me?.user_id
    );
    if (news.length === 0) return;
    const sentences = news.map(({ kind, authorName }) =>
      t(kind === "note" ? "announceNote" : "announceMessage", { name: authorName, number: ticketNumber })
    );
    setSaid([...new Set(sentences)].join(". "));
  }, [entries, me?.user_id, t, ticketNumber]);
  return <p aria-live="polite" className="sr-only">{said}</p>;
}
