import { useEffect, useRef } from "react";
import { useAuth } from "../contexts/AuthContext.tsx";
import { useTicketEvents } from "../contexts/LiveContext.tsx";
import { usePreferences } from "../contexts/PreferencesContext.tsx";
import { type Notice, noticeOf } from "../lib/notices.ts";
import { noticesOf } from "../lib/preferences.ts";

type Given = { textOf(notice: Notice): string; onOpen(notice: Notice): void };

/** Tell of what happens to the person's tickets while the page is hidden. Until it is seen again, its tab says how much. */
export function useNotices({ textOf, onOpen }: Given): void {
  const { me } = useAuth();
  const preferences = usePreferences();
  const title = useRef(document.title);
  const told = useRef(0);
  const shown = useRef<Notification[]>([]);
  useEffect(() => {
    const name = title.current;
    const onSeen = () => {
      if (document.hidden) return;
      for (const notification of shown.current) notification.close();
      shown.current = [];
      told.current = 0;
      document.title = name;
    };
    document.addEventListener("visibilitychange", onSeen);
    return () => {
      document.removeEventListener("visibilitychange", onSeen);
      document.title = name;
    };
  }, []);
  useTicketEvents(null, (event) => {
    const notice = document.hidden && me ? noticeOf(event, me.user_id, noticesOf(preferences)) : null;
    if (!notice) return;
    document.title = `(${++told.current}) ${title.current}`;
    if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
    try {
      // The same tag in several tabs of the console is one notification.
      const notification = new Notification(textOf(notice), { tag: `${notice.kind} ${notice.ticketId}` });
      notification.onclick = () => {
        globalThis.focus();
        onOpen(notice);
      };
      shown.current.push(notification);
    } catch { /* on some telephones only a service worker may; the title says it */ }
  });
}
