// The frame around a mail, in a sandbox without an origin: it has no data of the console, and a policy of its own. The
// console hands over the cleaned document, which stands in a second frame where nothing runs.
addEventListener("message", ({ source, data }) => {
  if (source !== parent || typeof data?.html !== "string") return;
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "");
  frame.title = String(data.title);
  frame.srcdoc = data.html;
  frame.style.cssText = "position: fixed; inset: 0; width: 100%; height: 100%; border: 0";
  document.body.replaceChildren(frame);
});
