import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSlackActions } from "../../hooks/useSlack.ts";
import { SLACK_EVENTS, type SlackEvent } from "../../lib/slack.ts";
import { TeamSelect } from "../Admin/Team.tsx";
import { Checkbox, TextField } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";

/** The form of a channel that receives tickets. */
export function ChannelDialog({ connectionId, onClose }: { connectionId: string; onClose(): void }) {
  const t = useTranslations("slack");
  const { addChannel } = useSlackActions();
  const [given, setGiven] = useState({ channel_id: "", channel_name: "", team_id: null as string | null });
  const [events, setEvents] = useState<readonly SlackEvent[]>(SLACK_EVENTS);
  const save = async () => {
    const channel = {
      connection_id: connectionId,
      channel_id: given.channel_id.trim(),
      channel_name: given.channel_name.trim().replace(/^#/, ""),
      team_id: given.team_id,
      events: [...events],
    };
    if (await addChannel.run(channel)) onClose();
  };
  return (
    <FormDialog
      title={t("addChannel")}
      saveLabel={t("add")}
      isBusy={addChannel.isBusy}
      isDisabled={given.channel_id.trim() === "" || events.length === 0}
      problem={addChannel.problem}
      onSave={save}
      onClose={onClose}
    >
      <TextField
        label={t("channelId")}
        hint={t("channelIdHint")}
        value={given.channel_id}
        onChange={(channel_id) => setGiven({ ...given, channel_id })}
      />
      <TextField
        label={t("channelName")}
        value={given.channel_name}
        maxLength={80}
        onChange={(channel_name) => setGiven({ ...given, channel_name })}
      />
      <TeamSelect
        label={t("team")}
        value={given.team_id}
        onChange={(team_id) => setGiven({ ...given, team_id })}
        none={t("allTeams")}
      />
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 font-medium">{t("what")}</legend>
        {SLACK_EVENTS.map((event) => (
          <Checkbox
            key={event}
            label={t(`events.${event}`)}
            isChecked={events.includes(event)}
            onChange={(isChecked) =>
              setEvents(SLACK_EVENTS.filter((one) => one === event ? isChecked : events.includes(one)))}
          />
        ))}
      </fieldset>
    </FormDialog>
  );
}
