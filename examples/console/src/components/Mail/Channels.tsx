import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useChannelActions, useMailChannels, useMailHealth } from "../../hooks/useMailChannels.ts";
import { toHelpdeskError } from "../../lib/errors.ts";
import { type ChannelHealth, isFailing, type MailChannel, type MailHealth } from "../../lib/mail.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";
import { TeamName } from "../Admin/Team.tsx";
import { Badge, Button, ConfirmDialog, EmptyState, ErrorNote, Time } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { ChannelDialog } from "./ChannelDialog.tsx";

/** The addresses at which the helpdesk receives mail, and whether mail comes in. */
export function Channels() {
  return <Loaded query={useMailChannels()}>{(channels) => <ChannelTable channels={channels} />}</Loaded>;
}

function ChannelTable({ channels }: { channels: MailChannel[] }) {
  const t = useTranslations("channels");
  const { data: health, error, refetch } = useMailHealth();
  return (
    <div className="flex flex-col gap-3">
      {error && <ErrorNote error={toHelpdeskError(error)} onRetry={() => refetch()} />}
      {channels.length === 0 ? <EmptyState title={t("noChannels")} hint={t("noChannelsHint")} /> : (
        <Rows
          label={t("channels")}
          heads={[t("address"), t("team"), t("provider"), t("lastMail"), t("quarantined"), t("state"), ""]}
        >
          {channels.map((channel) => (
            <ChannelRow
              key={channel.channel_id}
              channel={channel}
              health={health?.channels.find(({ channel_id }) => channel_id === channel.channel_id)}
            />
          ))}
        </Rows>
      )}
      {health && <Waiting health={health} />}
    </div>
  );
}

/** Mails that no row of a channel counts, and mailboxes from which none come in. */
function Waiting({ health: { unparsed, failed, channels, mailboxes } }: { health: MailHealth }) {
  const t = useTranslations("channels");
  const others = failed - channels.reduce((sum, channel) => sum + channel.failed, 0);
  return (
    <>
      {unparsed > 0 && <p>{t("unparsed", { count: unparsed })}</p>}
      {others > 0 && <p className="text-danger">{t("failedElsewhere", { count: others })}</p>}
      {mailboxes.filter(isFailing).map(({ mailbox, folder, problem, failed, last_failure }) => (
        <p key={`${mailbox} ${folder}`} className="text-danger">
          {problem === null
            ? t("mailboxFailed", { mailbox, folder, count: failed })
            : t("mailboxProblem", { mailbox, folder })}{" "}
          <span className="break-words" dir="auto">{problem ?? last_failure}</span>
        </p>
      ))}
    </>
  );
}

function ChannelRow({ channel, health }: { channel: MailChannel; health?: ChannelHealth }) {
  const t = useTranslations("channels");
  const { remove } = useChannelActions();
  const [asks, setAsks] = useState<"edit" | "remove" | null>(null);
  const close = () => setAsks(null);
  return (
    <Row isDimmed={!channel.is_active}>
      <Cell>
        <span className="inline-block min-w-52 font-medium break-all" dir="ltr">{channel.address}</span>
        <span className="block text-muted" dir="auto">{channel.name}</span>
      </Cell>
      <Cell>
        <TeamName id={channel.team_id} none={t("defaultTeam")} />
      </Cell>
      <Cell>{t(`providers.${channel.provider}`)}</Cell>
      <Cell>
        {health &&
          (health.last_received_at
            ? <Time at={health.last_received_at} />
            : <span className="text-muted">{t("noMail")}</span>)}
      </Cell>
      <Cell>
        {health && health.quarantined > 0
          ? <Link to="/quarantine" className="text-accent underline">{health.quarantined}</Link>
          : health?.quarantined}{" "}
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
