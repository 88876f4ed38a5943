import { useTranslations } from "use-intl";
import { useSlackActions } from "../../hooks/useSlack.ts";
import type { SlackChannel } from "../../lib/slack.ts";
import { Cell, Row } from "../Admin/Rows.tsx";
import { TeamName } from "../Admin/Team.tsx";
import { Button, ErrorNote, Switch, useToast } from "../Shared/index.ts";

/** A Slack channel: whose tickets it receives, what of them, and a message to try it. */
export function ChannelRow({ channel }: { channel: SlackChannel }) {
  const t = useTranslations("slack");
  const { toast } = useToast();
  const { switchChannel, removeChannel, test } = useSlackActions();
  const { slack_channel_id: id, is_active: isOn, disabled_reason: reason } = channel;
  const name = channel.channel_name ? `#${channel.channel_name}` : channel.channel_id;
  const problem = switchChannel.problem ?? removeChannel.problem ?? test.problem;
  return (
    <Row isDimmed={!isOn}>
      <Cell>
        <span className="font-medium" dir="auto">{name}</span>
      </Cell>
      <Cell>
        <TeamName id={channel.team_id} none={t("allTeams")} />
      </Cell>
      <Cell>{channel.events.map((event) => t(`events.${event}`)).join(", ")}</Cell>
      <Cell>
        <Switch
          label={t("receives")}
          isOn={isOn}
          isDisabled={switchChannel.isBusy}
          onChange={(isOn) => void switchChannel.run({ id, isOn })}
        />
        {!isOn && reason && reason !== "switched_off" && <p className="text-danger">{t("refused", { reason })}</p>}
      </Cell>
      <Cell isEnd>
        <Button
          size="small"
          variant="ghost"
          isBusy={test.isBusy}
          onClick={async () => await test.run(id) && toast({ kind: "success", title: t("testSent") })}
        >
          {t("test")}
        </Button>
        <Button size="small" variant="ghost" onClick={() => void removeChannel.run(id)}>{t("remove")}</Button>
        {problem && <ErrorNote error={problem} />}
      </Cell>
    </Row>
  );
}
