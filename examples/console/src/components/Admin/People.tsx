import { useState } from "react";
import { useTranslations } from "use-intl";
import { useAuth } from "../../contexts/AuthContext.tsx";
import { usePeople, usePeopleActions } from "../../hooks/usePeople.ts";
import type { Person, Role } from "../../lib/models.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { Avatar, Badge, Button, ConfirmDialog, EmptyState, ErrorNote, Select, TextField } from "../Shared/index.ts";
import { Cell, Row, Rows } from "./Rows.tsx";

const ROLES: Role[] = ["customer", "agent", "admin", "assistant"];

/** People: their role, and whether they are active. */
export function People() {
  const t = useTranslations("admin");
  const [search, setSearch] = useState("");
  const [role, setRole] = useState<Role | "staff" | "">("");
  const people = usePeople({ search, role: role === "" || role === "staff" ? undefined : role });
  const actions = usePeopleActions();
  const problem = actions.setRole.problem ?? actions.deactivate.problem ?? actions.reactivate.problem;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <TextField label={t("search")} value={search} onChange={setSearch} placeholder={t("searchPeople")} />
        <Select
          label={t("role")}
          value={role}
          onChange={(value) => setRole(value as Role)}
          options={[
            { value: "", label: t("allRoles") },
            ...ROLES.map((value) => ({ value, label: t(`roles.${value}`) })),
          ]}
        />
      </div>
      {problem && <ErrorNote error={problem} />}
      <Loaded query={people}>
        {(found) =>
          found.length === 0
            ? <EmptyState title={t("nobodyFound")} hint={t("nobodyFoundHint")} />
            : (
              <Rows label={t("people")} heads={[t("name"), t("role"), t("state"), ""]}>
                {found.map((person) => <PersonRow key={person.user_id} person={person} actions={actions} />)}
              </Rows>
            )}
      </Loaded>
    </div>
  );
}

type RowProps = { person: Person; actions: ReturnType<typeof usePeopleActions> };

function PersonRow({ person, actions }: RowProps) {
  const t = useTranslations("admin");
  const { me } = useAuth();
  const [isAsking, setAsking] = useState(false);
  const isMe = me?.user_id === person.user_id;
  const name = person.name || person.email || "?";
  return (
    <Row isDimmed={!person.is_active}>
      <Cell>
        <span className="flex items-center gap-2.5">
          <Avatar name={name} />
          <span className="min-w-0">
            <span className="block truncate font-medium" dir="auto">{name}</span>
            <span className="block truncate text-muted" dir="auto">{person.email}</span>
          </span>
        </span>
      </Cell>
      <Cell>
        <Select
          label={t("roleOf", { name })}
          isLabelHidden
          value={person.role}
          isDisabled={isMe || !person.is_active}
          onChange={(role) => actions.setRole.run({ id: person.user_id, role: role as Role })}
          options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))}
        />
      </Cell>
      <Cell>
        <Badge tone={person.is_active ? "success" : "neutral"}>{person.is_active ? t("active") : t("inactive")}</Badge>
        {!person.auth_user_id && <span className="ms-2 text-muted">{t("noLogin")}</span>}
      </Cell>
      <Cell isEnd>
        {!isMe && (
          <Button
            variant="ghost"
            size="small"
            onClick={() => person.is_active ? setAsking(true) : actions.reactivate.run(person.user_id)}
          >
            {person.is_active ? t("deactivate") : t("reactivate")}
          </Button>
        )}
        <ConfirmDialog
          isOpen={isAsking}
          title={t("deactivateTitle", { name })}
          text={t("deactivateText")}
          confirmLabel={t("deactivate")}
          isDangerous
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await actions.deactivate.run(person.user_id);
            setAsking(false);
          }}
        />
      </Cell>
    </Row>
  );
}
