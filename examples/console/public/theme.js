// Before the first paint: theme, density, language and direction as the person chose them on this device.
(() => {
  let chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("helpdesk.preferences") || "{}") || {};
  } catch { /* storage is forbidden, or holds something else */ }
  const root = document.documentElement;
  const dark = chosen.theme === "dark" ||
    (chosen.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.density = chosen.density === "compact" ? "compact" : "comfortable";
  const language = chosen.language || (navigator.language || "en").split("-")[0];
  root.lang = language;
  root.dir = /^(ar|fa|he|ur)$/.test(language) ? "rtl" : "ltr";
})();
