import { useEffect, useRef } from "react";

/**
 * A cleaned mail in two frames. The outer one is a page of ours without an origin, whose policy permits pictures of
 * others: a frame with the document itself would have the policy of this page. The inner one runs nothing at all.
 */
export function OriginalFrame({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  // A frame without an origin can be named by no address. It is ours: its sandbox leads nowhere.
  const show = () => frame.current?.contentWindow?.postMessage({ html, title }, "*");
  useEffect(show, [html, title]);
  return (
    <iframe
      ref={frame}
      src="/mail.html"
      title={title}
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      onLoad={show}
      className="h-96 w-full resize-y rounded-md border border-line"
    />
  );
}
