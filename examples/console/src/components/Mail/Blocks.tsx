import { useState } from "react";
import { useTranslations } from "use-intl";
import { useBlockActions, useMailBlocks } from "../../hooks/useMailChannels.ts";
import { Cell, Row, Rows } from "../Admin/Rows.tsx";
import { Button, ErrorNote, TextField, Time } from "../Shared/index.ts";
import { Loaded } from "../Shell/Loaded.tsx";

/** Senders whose mail opens no ticket: addresses, and domains with what lies below them. */
export function Blocks() {
  const t = useTranslations("channels");
  const { add, remove } = useBlockActions();
  const [given, setGiven] = useState({ pattern: "", note: "" });
  const save = async (event: React.FormEvent) => {
    event.preventDefault();
    if (given.pattern.trim() === "") return;
    if (await add.run({ pattern: given.pattern.trim(), note: given.note })) setGiven({ pattern: "", note: "" });
  };
  const problem = add.problem ?? remove.problem;
  return (
    <section aria-label={t("blocks")} className="flex flex-col gap-3">
      <h2 className="font-semibold">{t("blocks")}</h2>
      <p className="max-w-prose text-muted">{t("blocksHint")}</p>
      <form onSubmit={save} className="flex flex-wrap items-end gap-3">
        <TextField
          label={t("pattern")}
          value={given.pattern}
          maxLength={254}
          onChange={(pattern) => setGiven({ ...given, pattern })}
        />
        <TextField
          label={t("note")}
          value={given.note}
          maxLength={1000}
          onChange={(note) => setGiven({ ...given, note })}
        />
        <Button type="submit" isBusy={add.isBusy} isDisabled={given.pattern.trim() === ""}>{t("block")}</Button>
      </form>
      {problem && <ErrorNote error={problem} />}
      <Loaded query={useMailBlocks()} lines={1}>
        {(blocks) =>
          blocks.length === 0
            ? <p className="text-muted">{t("noBlocks")}</p>
            : (
              <Rows label={t("blocks")} heads={[t("pattern"), t("note"), t("since"), ""]}>
                {blocks.map(({ pattern, note, created_at }) => (
                  <Row key={pattern}>
                    <Cell>
                      <span dir="ltr" className="break-all">{pattern}</span>
                    </Cell>
                    <Cell>
                      <span dir="auto">{note}</span>
                    </Cell>
                    <Cell>
                      <Time at={created_at} />
                    </Cell>
                    <Cell isEnd>
                      <Button size="small" variant="ghost" onClick={() => void remove.run(pattern)}>
                        {t("unblock")}
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
