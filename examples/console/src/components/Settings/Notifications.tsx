import { useState } from "react";
import { useTranslations } from "use-intl";
import { usePreferences } from "../../contexts/PreferencesContext.tsx";
import { Switch } from "../Shared/index.ts";

/** What the browser allows this page: `none` when it has no notifications. */
function permission(): NotificationPermission | "none" {
  return "Notification" in globalThis ? Notification.permission : "none";
}

/** Of what a hidden page tells. The browser is asked by the click that wants it, and at no other time. */
export function Notifications() {
  const t = useTranslations("settings");
  const { tellsAssigned, tellsReplies, set } = usePreferences();
  const [allowed, setAllowed] = useState(permission);
  const choose = async (name: "tellsAssigned" | "tellsReplies", isOn: boolean) => {
    set(name, isOn);
    if (isOn && permission() === "default") await Notification.requestPermission();
    setAllowed(permission());
  };
  const isOn = tellsAssigned || tellsReplies;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 font-medium">{t("notices")}</legend>
      <Switch label={t("tellsAssigned")} isOn={tellsAssigned} onChange={(isOn) => void choose("tellsAssigned", isOn)} />
      <Switch label={t("tellsReplies")} isOn={tellsReplies} onChange={(isOn) => void choose("tellsReplies", isOn)} />
      {isOn && allowed !== "granted" && (
        <p role="status" className="text-muted">{t(allowed === "none" ? "noticesNone" : "noticesForbidden")}</p>
      )}
    </fieldset>
  );
}
