import { useState } from "react";
import { useTranslations } from "use-intl";
import { useChannelActions, useChannelHealth, useMailChannels } from "../../hooks/useMailChannels.ts";
import { useTeams } from "../../hooks/useTeams.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import type { ChannelHealth, MailChannel } from "../../lib/mail.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";
import { Badge, Button, ConfirmDialog, EmptyState, ErrorNote, Time } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { ChannelDialog } from "./ChannelDialog.tsx";

/** The addresses at which the helpdesk receives mail, and whether mail comes in. */
export function Channels() {
  const t = useTranslations("channels");
  return (
    <Loaded query={useMailChannels()}>
      {(channels) =>
        channels.length === 0
          ? <EmptyState title={t("noChannels")} hint={t("noChannelsHint")} />
          : <ChannelTable channels={channels} />}
    </Loaded>
  );
}

function ChannelTable({ channels }: { channels: MailChannel[] }) {
  const t = useTranslations("channels");
  const health = useChannelHealth(channels.map(({ channel_id }) => channel_id));
  const unparsed = health.data?.unparsed;
  return (
    <div className="flex flex-col gap-3">
      {health.error && <ErrorNote error={toHelpdeskError(health.error)} />}
      <Rows
        label={t("channels")}
        heads={[t("address"), t("team"), t("provider"), t("lastMail"), t("quarantined"), t("state"), ""]}
      >
        {channels.map((channel) => (
          <ChannelRow
            key={channel.channel_id}
            channel={channel}
            health={health.data?.byId.get(channel.channel_id)}
          />
        ))}
      </Rows>
      {unparsed && unparsed.waiting > 0 && <p>{t("unparsed", { count: unparsed.waiting })}</p>}
      {unparsed && unparsed.failed > 0 && <p className="text-danger">{t("failed", { count: unparsed.failed })}</p>}
    </div>
  );
}

function ChannelRow({ channel, health }: { channel: MailChannel; health?: ChannelHealth }) {
  const t = useTranslations("channels");
  const { remove } = useChannelActions();
  const [asks, setAsks] = useState<"edit" | "remove" | null>(null);
  const team = useTeams().data?.find(({ team_id }) => team_id === channel.team_id);
  const close = () => setAsks(null);
  return (
    <Row isDimmed={!channel.is_active}>
      <Cell>
        <span className="block font-medium break-all" dir="ltr">{channel.address}</span>
        <span className="block text-muted" dir="auto">{channel.name}</span>
      </Cell>
      <Cell>{channel.team_id ? team?.name ?? "…" : t("defaultTeam")}</Cell>
      <Cell>{t(`providers.${channel.provider}`)}</Cell>
      <Cell>
        {health &&
          (health.lastMail ? <Time at={health.lastMail} /> : <span className="text-muted">{t("noMail")}</span>)}
      </Cell>
      <Cell>
        {health?.quarantined}
        {health && health.failed > 0 && <Badge tone="danger">{t("failed", { count: health.failed })}</Badge>}
      </Cell>
      <Cell>
        <Badge tone={channel.is_active ? "success" : "neutral"}>{channel.is_active ? t("on") : t("off")}</Badge>
      </Cell>
      <Cell isEnd>
        <Button size="small" variant="ghost" onClick={() => setAsks("edit")}>{t("edit")}</Button>
        <Button size="small" variant="ghost" onClick={() => setAsks("remove")}>{t("remove")}</Button>
        {remove.problem && <ErrorNote error={remove.problem} />}
        {asks === "edit" && <ChannelDialog channel={channel} onClose={close} />}
        <ConfirmDialog
          isOpen={asks === "remove"}
          title={t("removeChannel", { address: channel.address })}
          text={t("removeChannelText")}
          confirmLabel={t("remove")}
          isDangerous
          onClose={close}
          onConfirm={async () => {
            await remove.run(channel.channel_id);
            close();
          }}
        />
      </Cell>
    </Row>
  );
}
