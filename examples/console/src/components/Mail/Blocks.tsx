import { useState } from "react";
import { useTranslations } from "use-intl";
import { useBlockActions, useMailBlocks } from "../../hooks/useMailChannels.ts";
import { ListSection } from "../Admin/ListSection.tsx";
import { Cell, Row } from "../Admin/Rows.tsx";
import { Button, TextField, Time } from "../Shared/index.ts";

/** Senders whose mail opens no ticket: addresses, and domains with what lies below them. */
export function Blocks() {
  const t = useTranslations("channels");
  const { add, remove } = useBlockActions();
  const [given, setGiven] = useState({ pattern: "", note: "" });
  const pattern = given.pattern.trim();
  const save = async () => {
    if (await add.run({ ...given, pattern })) setGiven({ pattern: "", note: "" });
  };
  return (
    <ListSection
      title={t("blocks")}
      hint={t("blocksHint")}
      query={useMailBlocks()}
      fields={
        <>
          <TextField
            label={t("pattern")}
            value={given.pattern}
            maxLength={254}
            onChange={(text) => setGiven({ ...given, pattern: text })}
          />
          <TextField
            label={t("note")}
            value={given.note}
            maxLength={1000}
            onChange={(note) => setGiven({ ...given, note })}
          />
        </>
      }
      add={{ label: t("block"), isBusy: add.isBusy, isReady: pattern !== "", run: save }}
      problem={add.problem ?? remove.problem}
      empty={t("noBlocks")}
      heads={[t("pattern"), t("note"), t("since"), ""]}
      row={(block) => (
        <Row key={block.pattern}>
          <Cell>
            <span dir="ltr" className="inline-block min-w-52 break-all">{block.pattern}</span>
          </Cell>
          <Cell>
            <span dir="auto">{block.note}</span>
          </Cell>
          <Cell>
            <Time at={block.created_at} />
          </Cell>
          <Cell isEnd>
            <Button size="small" variant="ghost" onClick={() => void remove.run(block.pattern)}>{t("unblock")}</Button>
          </Cell>
        </Row>
      )}
    />
  );
}
