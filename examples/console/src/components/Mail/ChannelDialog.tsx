import { useState } from "react";
import { useTranslations } from "use-intl";
import { useChannelActions } from "../../hooks/useMailChannels.ts";
import { MAIL_PROVIDERS, type MailChannel, type MailProvider, splitList } from "../../lib/mail.ts";
import { TeamSelect } from "../Admin/Team.tsx";
import { Select, Switch, TextField } from "../Shared/index.ts";
import { FormDialog } from "../Shell/FormDialog.tsx";

const LISTS = ["trusted_authserv_ids", "trusted_rewriters", "trusted_forms"] as const;
type Lists = Record<typeof LISTS[number], string>;

type Props = { channel?: MailChannel; onClose(): void };

/** The form of a channel: a new one, or `channel`. */
export function ChannelDialog({ channel, onClose }: Props) {
  const t = useTranslations("channels");
  const { add, change } = useChannelActions();
  const [given, setGiven] = useState({
    address: channel?.address ?? "",
    name: channel?.name ?? "",
    team_id: channel?.team_id ?? null,
    provider: channel?.provider ?? "raw" as MailProvider,
    reply_domain: channel?.reply_domain ?? "",
    is_active: channel?.is_active ?? true,
  });
  const [lists, setLists] = useState<Lists>(() => ({
    trusted_authserv_ids: channel?.trusted_authserv_ids.join(", ") ?? "",
    trusted_rewriters: channel?.trusted_rewriters.join(", ") ?? "",
    trusted_forms: channel?.trusted_forms.join(", ") ?? "",
  }));
  const save = async () => {
    const values = {
      ...given,
      address: given.address.trim(),
      reply_domain: given.reply_domain.trim().toLowerCase() || null,
      trusted_authserv_ids: splitList(lists.trusted_authserv_ids),
      trusted_rewriters: splitList(lists.trusted_rewriters),
      trusted_forms: splitList(lists.trusted_forms),
    };
    if (await (channel ? change.run({ id: channel.channel_id, ...values }) : add.run(values))) onClose();
  };
  return (
    <FormDialog
      title={channel ? t("editChannel") : t("newChannel")}
      saveLabel={t("save")}
      isBusy={add.isBusy || change.isBusy}
      isDisabled={!given.address.includes("@")}
      problem={add.problem ?? change.problem}
      onSave={save}
      onClose={onClose}
    >
      <TextField
        label={t("address")}
        hint={t("addressHint")}
        value={given.address}
        onChange={(address) => setGiven({ ...given, address })}
      />
      <TextField
        label={t("name")}
        hint={t("nameHint")}
        value={given.name}
        maxLength={100}
        onChange={(name) => setGiven({ ...given, name })}
      />
      <TeamSelect
        label={t("team")}
        value={given.team_id}
        onChange={(team_id) => setGiven({ ...given, team_id })}
        none={t("defaultTeam")}
      />
      <Select
        label={t("provider")}
        value={given.provider}
        onChange={(provider) => setGiven({ ...given, provider: provider as MailProvider })}
        options={MAIL_PROVIDERS.map((value) => ({ value, label: t(`providers.${value}`) }))}
      />
      <TextField
        label={t("replyDomain")}
        hint={t("replyDomainHint")}
        value={given.reply_domain}
        onChange={(reply_domain) => setGiven({ ...given, reply_domain })}
      />
      {LISTS.map((list) => (
        <TextField
          key={list}
          label={t(`lists.${list}`)}
          hint={t(`listHints.${list}`)}
          value={lists[list]}
          onChange={(text) => setLists({ ...lists, [list]: text })}
        />
      ))}
      <Switch
        label={t("receives")}
        isOn={given.is_active}
        onChange={(is_active) => setGiven({ ...given, is_active })}
      />
    </FormDialog>
  );
}
