import { useState } from "react";
import { useTranslations } from "use-intl";
import { useSlackActions, useSlackChannels, useSlackWorkspaces } from "../../hooks/useSlack.ts";
import type { SlackWorkspace } from "../../lib/slack.ts";
import { Rows } from "../Admin/Rows.tsx";
import { Button, ConfirmDialog, EmptyState, ErrorNote, Panel, Switch } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { ChannelDialog } from "./ChannelDialog.tsx";
import { ChannelRow } from "./ChannelRow.tsx";

/** The Slack workspaces, each with the channels that receive tickets. */
export function Workspaces() {
  const t = useTranslations("slack");
  return (
    <Loaded query={useSlackWorkspaces()}>
      {(workspaces) =>
        workspaces.length === 0
          ? <EmptyState title={t("noWorkspaces")} hint={t("noWorkspacesHint")} />
          : (
            <div className="flex flex-col gap-6">
              {workspaces.map((workspace) => <Workspace key={workspace.connection_id} workspace={workspace} />)}
            </div>
          )}
    </Loaded>
  );
}

function Workspace({ workspace }: { workspace: SlackWorkspace }) {
  const t = useTranslations("slack");
  const { switchWorkspace, disconnect } = useSlackActions();
  const [asks, setAsks] = useState<"channel" | "disconnect" | null>(null);
  const { connection_id: id, workspace_id: slackId, workspace_name: given, is_active: isOn } = workspace;
  const { data: all = [] } = useSlackChannels();
  const channels = all.filter(({ connection_id }) => connection_id === id);
  const name = given || slackId;
  const close = () => setAsks(null);
  const problem = switchWorkspace.problem ?? disconnect.problem;
  return (
    <Panel title={name}>
      <div className="flex flex-col gap-3 p-4">
        <p className="text-muted" dir="ltr">{slackId}</p>
        <Switch
          label={t("isOn")}
          isOn={isOn}
          isDisabled={switchWorkspace.isBusy}
          onChange={(isOn) => void switchWorkspace.run({ id, isOn })}
        />
        {!isOn && workspace.disabled_reason && workspace.disabled_reason !== "switched_off" && (
          <p className="text-danger">{t("refused", { reason: workspace.disabled_reason })}</p>
        )}
        {problem && <ErrorNote error={problem} />}
        {channels.length === 0
          ? <p className="text-muted">{t("noChannels")}</p>
          : (
            <Rows label={t("channelsOf", { name })} heads={[t("channel"), t("team"), t("what"), t("state"), ""]}>
              {channels.map((channel) => <ChannelRow key={channel.slack_channel_id} channel={channel} />)}
            </Rows>
          )}
        <div className="flex flex-wrap gap-2">
          <Button size="small" onClick={() => setAsks("channel")}>{t("addChannel")}</Button>
          <Button size="small" variant="ghost" onClick={() => setAsks("disconnect")}>{t("disconnect")}</Button>
        </div>
      </div>
      {asks === "channel" && <ChannelDialog connectionId={id} onClose={close} />}
      <ConfirmDialog
        isOpen={asks === "disconnect"}
        title={t("disconnectTitle", { name })}
        text={t("disconnectText")}
        confirmLabel={t("disconnect")}
        isDangerous
        onClose={close}
        onConfirm={async () => {
          await disconnect.run(id);
          close();
        }}
      />
    </Panel>
  );
}
