/** The page of the mailbox and its script. Mails are shown as text, or in a frame without scripts. */

export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mails of the local stack</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; display: grid; grid-template-columns: minmax(16rem, 24rem) 1fr; height: 100vh; }
nav { overflow: auto; border-right: 1px solid #8885; }
nav h1 { font-size: 1rem; margin: 0; padding: .75rem 1rem; }
nav ol { list-style: none; margin: 0; padding: 0; }
nav button { all: unset; box-sizing: border-box; width: 100%; padding: .5rem 1rem; cursor: pointer; border-top: 1px solid #8883; }
nav button:hover, nav button[aria-current] { background: #8882; }
nav button:focus-visible { outline: 2px solid Highlight; outline-offset: -2px; }
nav button > * { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
small { opacity: .75; }
main { overflow: auto; padding: 1rem 1.5rem; display: flex; flex-direction: column; }
main h2 { margin: 0 0 .5rem; font-size: 1.25rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0 0 1rem; }
dt { opacity: .75; } dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0; }
details pre { font: 13px/1.4 ui-monospace, monospace; }
iframe { border: 1px solid #8885; background: #fff; flex: 1 0 60vh; width: 100%; }
details { margin: 1rem 0 0; }
@media (max-width: 45rem) { body { grid-template-columns: 1fr; grid-template-rows: 40vh 1fr; } nav { border-right: 0; border-bottom: 1px solid #8885; } }
</style>
<script src="/_stack/mails.js" defer></script>
</head>
<body>
<nav aria-label="Mails"><h1>Mails of the local stack</h1><p role="status"></p><ol></ol></nav>
<main aria-live="polite"><p>No mail leaves this machine. Choose one to read it.</p></main>
</body>
</html>
`;

export const SCRIPT = `"use strict";
const status = document.querySelector("[role=status]");
const list = document.querySelector("ol");
const main = document.querySelector("main");
let shown = null;

function made(name, text, attributes = {}) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

async function ask(path) {
  const answer = await fetch(path, { headers: { apikey: location.hash.slice(1), accept: "application/json" } });
  if (answer.status === 401) throw new Error("The address of this page lacks its key. helpdesk status shows the whole address.");
  if (!answer.ok) throw new Error("The mail is not kept any more.");
  return await answer.json();
}

function say(text) {
  status.textContent = text;
  status.style.padding = text ? "0 1rem" : "0";
}

async function refresh() {
  try {
    const mails = (await ask("/_stack/mails")).reverse();
    say(mails.length ? "" : "No mails yet.");
    list.replaceChildren(...mails.map((mail) => {
      const button = made("button", undefined, { type: "button" });
      button.append(
        made("strong", mail.subject || "(no subject)"),
        made("span", mail.to),
        made("small", new Date(mail.sent_at).toLocaleString() + (mail.source === "auth" ? " · Auth" : "")),
      );
      if (mail.id === shown) button.setAttribute("aria-current", "true");
      button.onclick = () => show(mail.id).catch((error) => say(error.message));
      const item = made("li");
      item.append(button);
      return item;
    }));
  } catch (error) {
    say(error.message);
  }
}

async function show(id) {
  const mail = await ask("/_stack/mails/" + id);
  shown = id;
  const facts = made("dl");
  const names = mail.attachments.map((file) => file.file_name + " (" + file.size.toLocaleString() + " bytes)");
  const rows = [["From", mail.from], ["To", mail.to], ["Received by", mail.envelope.to.join(", ")], ["Files", names.join(", ")]];
  for (const [name, value] of rows) if (value) facts.append(made("dt", name), made("dd", value));
  main.replaceChildren(made("h2", mail.subject || "(no subject)"), facts);
  if (mail.link) {
    const link = made("p");
    link.append(made("a", "Open the link of this mail", { href: mail.link, target: "_blank", rel: "noopener noreferrer" }));
    main.append(link);
  }
  if (mail.html !== null) {
    const frame = made("iframe", undefined, {
      title: "The mail",
      sandbox: "allow-popups allow-popups-to-escape-sandbox",
      referrerpolicy: "no-referrer",
    });
    frame.srcdoc = '<base target="_blank">' + mail.html;
    main.append(frame);
    const plain = made("details");
    plain.append(made("summary", "Plain text"), made("pre", mail.text));
    main.append(plain);
  } else main.append(made("pre", mail.text));
  if (mail.headers.length) {
    const headers = made("details");
    const text = mail.headers.map(({ name, value }) => name + ": " + value).join("\\n");
    headers.append(made("summary", "Headers"), made("pre", text));
    main.append(headers);
  }
  await refresh();
}

addEventListener("hashchange", refresh);
refresh();
setInterval(() => { if (!document.hidden) refresh(); }, 3000);
`;
