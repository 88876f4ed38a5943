import { useState } from "react";
import { useTranslations } from "use-intl";
import { useInvitations, usePeopleActions } from "../../hooks/usePeople.ts";
import { newId } from "../../lib/ids.ts";
import type { HelpdeskError } from "../../lib/errors.ts";
import type { Role } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Button, Checkbox, Dialog, EmptyState, ErrorNote, Select, TextField, Time, useToast } from "../Shared/index.ts";
import { Cell, Row, Rows } from "./Rows.tsx";

/** Invitations that nobody has accepted yet. */
export function Invitations() {
  const t = useTranslations("admin");
  const invitations = useInvitations();
  const { revoke, mail } = usePeopleActions();
  const { toast } = useToast();
  return (
    <section aria-label={t("invitations")} className="mt-8">
      <h2 className="mb-2 font-semibold">{t("invitations")}</h2>
      {revoke.problem && <ErrorNote error={revoke.problem} />}
      {mail.problem && <MailProblem problem={mail.problem} />}
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
                      <Button
                        variant="ghost"
                        size="small"
                        onClick={async () =>
                          await mail.run({ email: invitation.email, name: "" }) &&
                          toast({ title: t("mailSent", { email: invitation.email }), kind: "success" })}
                      >
                        {t("sendMail")}
                      </Button>
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

function MailProblem({ problem }: { problem: HelpdeskError }) {
  const t = useTranslations("admin");
  return (
    <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 break-words">
      {t("mailFailed", { why: problem.message })}
    </p>
  );
}

/** The form that invites somebody. The id is made when the form opens: sent twice, there is one invitation. */
export function InviteDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useTranslations("admin");
  const { invite, mail } = usePeopleActions();
  const { toast } = useToast();
  const [sendsMail, setSendsMail] = useState(true);
  const [given, setGiven] = useState({ id: newId(), email: "", name: "", role: "agent" as Role });
  const close = () => {
    setGiven({ id: newId(), email: "", name: "", role: "agent" });
    invite.reset();
    mail.reset();
    onClose();
  };
  const send = async () => {
    if (!await invite.run(given)) return;
    if (!sendsMail) return close();
    // The invitation is there; without the mail the person is told in another way.
    if (!await mail.run(given)) return;
    toast({ title: t("mailSent", { email: given.email }), kind: "success" });
    close();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      title={t("invite")}
      footer={
        <>
          <Button onClick={close}>{t("cancel")}</Button>
          <Button
            variant="primary"
            isBusy={invite.isBusy || mail.isBusy}
            isDisabled={!given.email.includes("@")}
            onClick={send}
          >
            {t("invite")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-muted">{t("inviteText")}</p>
        {invite.problem && <ErrorNote error={invite.problem} />}
        {mail.problem && <MailProblem problem={mail.problem} />}
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
        <Checkbox label={t("mailThem")} isChecked={sendsMail} onChange={setSendsMail} />
      </div>
    </Dialog>
  );
}
