import { X } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useParticipantActions, useParticipants } from "../../hooks/useParticipants.ts";
import type { Participant } from "../../lib/participants.ts";
import { Button, Checkbox, ErrorNote, IconButton, TextField } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

type Actions = ReturnType<typeof useParticipantActions>;

/** Who receives copies of the replies besides the requester. They read nothing else of the ticket. */
export function Participants({ ticketId }: { ticketId: string }) {
  const t = useTranslations("mail");
  const [address, setAddress] = useState("");
  const actions = useParticipantActions(ticketId);
  const { add, set, remove } = actions;
  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    if (address.includes("@") && await add.run(address.trim())) setAddress("");
  };
  const problem = add.problem ?? set.problem ?? remove.problem;
  return (
    <div className="flex flex-col gap-2">
      <Loaded query={useParticipants(ticketId)} lines={1}>
        {(people) =>
          people.length === 0
            ? <p className="text-xs text-subtle">{t("noParticipants")}</p>
            : (
              <ul className="flex flex-col gap-2">
                {people.map((person) => <PersonLine key={person.address} person={person} actions={actions} />)}
              </ul>
            )}
      </Loaded>
      {problem && <ErrorNote error={problem} />}
      <form onSubmit={save} className="flex flex-wrap items-end gap-2">
        <div className="min-w-0 flex-1 basis-44">
          <TextField
            label={t("addParticipant")}
            isLabelHidden
            type="email"
            placeholder={t("addParticipant")}
            value={address}
            onChange={setAddress}
          />
        </div>
        <Button size="small" type="submit" isBusy={add.isBusy} isDisabled={!address.includes("@")}>{t("add")}</Button>
      </form>
    </div>
  );
}

function PersonLine({ person, actions }: { person: Participant; actions: Actions }) {
  const t = useTranslations("mail");
  const { address, name, source, receives_copies: receivesCopies } = person;
  return (
    <li className="flex flex-col gap-0.5">
      <span className="flex items-start gap-2">
        <span className="min-w-0 flex-1">
          {name && <span className="block truncate font-medium" dir="auto">{name}</span>}
          <span className="block break-all" dir="ltr">{address}</span>
          <span className="block text-xs text-subtle">{t(`sources.${source}`)}</span>
        </span>
        <IconButton
          label={t("removeParticipant", { address })}
          icon={X}
          size="small"
          onClick={() => void actions.remove.run(address)}
        />
      </span>
      <Checkbox
        label={t("receivesCopies")}
        isChecked={receivesCopies}
        isDisabled={actions.set.isBusy}
        onChange={(isChecked) => void actions.set.run({ address, receivesCopies: isChecked })}
      />
    </li>
  );
}
