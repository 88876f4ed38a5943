import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSlackActions } from "../../hooks/useSlack.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { SLACK_EVENTS, type SlackEvent } from "../../lib/slack.ts";
import { Button, Checkbox, Dialog, ErrorNote, Select, TextField } from "../Shared/index.ts";

/** The form of a channel that receives tickets. */
export function ChannelDialog({ connectionId, onClose }: { connectionId: string; onClose(): void }) {
  const t = useTranslations("slack");
  const { addChannel } = useSlackActions();
  const { data: teams = [] } = useTeams();
  const [given, setGiven] = useState({ channel_id: "", channel_name: "", team_id: "" });
  const [events, setEvents] = useState<readonly SlackEvent[]>(SLACK_EVENTS);
  const save = async () => {
    const channel = {
      connection_id: connectionId,
      channel_id: given.channel_id.trim(),
      channel_name: given.channel_name.trim().replace(/^#/, ""),
      team_id: given.team_id || null,
      events: [...events],
    };
    if (await addChannel.run(channel)) onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("addChannel")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            variant="primary"
            isBusy={addChannel.isBusy}
            isDisabled={given.channel_id.trim() === "" || events.length === 0}
            onClick={save}
          >
            {t("add")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {addChannel.problem && <ErrorNote error={addChannel.problem} />}
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
        <Select
          label={t("team")}
          value={given.team_id}
          onChange={(team_id) => setGiven({ ...given, team_id })}
          options={[
            { value: "", label: t("allTeams") },
            ...teams.map(({ team_id, name }) => ({ value: team_id, label: name })),
          ]}
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
      </div>
    </Dialog>
  );
}
