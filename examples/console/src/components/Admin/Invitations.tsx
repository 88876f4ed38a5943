import { useState } from "react";
import { useTranslations } from "use-intl";
import { useInvitations, usePeopleActions } from "../../hooks/usePeople.ts";
import { newId } from "../../lib/ids.ts";
import type { Role } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Button, Dialog, EmptyState, ErrorNote, Select, TextField, Time } from "../Shared/index.ts";
import { Cell, Row, Rows } from "./Rows.tsx";

/** Invitations that nobody has accepted yet. */
export function Invitations() {
  const t = useTranslations("admin");
  const invitations = useInvitations();
  const { revoke } = usePeopleActions();
  return (
    <section aria-label={t("invitations")} className="mt-8">
      <h2 className="mb-2 font-semibold">{t("invitations")}</h2>
      {revoke.problem && <ErrorNote error={revoke.problem} />}
      <Loaded query={invitations} lines={2}>
        {(open) =>
          open.length === 0
            ? <EmptyState title={t("noInvitations")} hint={t("noInvitationsHint")} />
            : (
              <Rows label={t("invitations")} heads={[t("email"), t("role"), t("expires"), ""]}>
                {open.map((invitation) => (
                  <Row key={invitation.invitation_id}>
                    <Cell>{invitation.email}</Cell>
                    <Cell>{t(`roles.${invitation.role as Role}`)}</Cell>
                    <Cell>
                      <Time at={invitation.expires_at} />
                    </Cell>
                    <Cell isEnd>
                      <Button variant="ghost" size="small" onClick={() => revoke.run(invitation.invitation_id)}>
                        {t("revoke")}
                      </Button>
                    </Cell>
                  </Row>
                ))}
              </Rows>
            )}
      </Loaded>
    </section>
  );
}

/** The form that invites somebody. The id is made when the form opens: sent twice, there is one invitation. */
export function InviteDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useTranslations("admin");
  const { invite } = usePeopleActions();
  const [given, setGiven] = useState({ id: newId(), email: "", name: "", role: "agent" as Role });
  const close = () => {
    setGiven({ id: newId(), email: "", name: "", role: "agent" });
    invite.reset();
    onClose();
  };
  const send = async () => {
    if (await invite.run(given)) close();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      title={t("invite")}
      footer={
        <>
          <Button onClick={close}>{t("cancel")}</Button>
          <Button variant="primary" isBusy={invite.isBusy} isDisabled={!given.email.includes("@")} onClick={send}>
            {t("invite")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted">{t("inviteText")}</p>
        {invite.problem && <ErrorNote error={invite.problem} />}
        <TextField
          label={t("email")}
          type="email"
          value={given.email}
          onChange={(email) => setGiven({ ...given, email })}
        />
        <TextField label={t("name")} value={given.name} onChange={(name) => setGiven({ ...given, name })} />
        <Select
          label={t("role")}
          value={given.role}
          onChange={(role) => setGiven({ ...given, role: role as Role })}
          options={(["agent", "admin", "customer"] as const).map((value) => ({ value, label: t(`roles.${value}`) }))}
        />
      </div>
    </Dialog>
  );
}
