import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useAssistantReport } from "../../hooks/useAssistantSettings.ts";
import { Loaded } from "../Shell/Loaded.tsx";
import { EmptyState, Panel, Select } from "../Shared/index.ts";
import { Cell, Row, Rows } from "./Rows.tsx";

/** What the assistant was asked, and what people did with its proposals. */
export function AssistantReport() {
  const t = useTranslations("admin");
  const format = useFormatter();
  const [days, setDays] = useState("30");
  const report = useAssistantReport(Number(days), ["kind", "prompt"]);
  const share = (value: number | null) => value === null ? "–" : format.number(value, { style: "percent" });
  return (
    <Panel title={t("report")}>
      <div className="flex flex-col gap-3 p-4">
        <Select
          label={t("period")}
          value={days}
          onChange={setDays}
          options={["7", "30", "90"].map((value) => ({ value, label: t("days", { days: Number(value) }) }))}
        />
        <Loaded query={report}>
          {(rows) =>
            rows.length === 0 ? <EmptyState title={t("noRuns")} hint={t("noRunsHint")} /> : (
              <Rows
                label={t("report")}
                heads={[
                  t("task"),
                  t("runs"),
                  t("withoutModel"),
                  t("decided"),
                  t("acceptance"),
                  t("precision"),
                  t("cost"),
                ]}
              >
                {rows.map((row) => (
                  <Row key={`${row.kind} ${row.prompt_id}`}>
                    <Cell>
                      {row.kind}
                      {row.prompt_version ? ` · ${t("version", { version: row.prompt_version })}` : ""}
                    </Cell>
                    <Cell>{format.number(row.runs)}</Cell>
                    <Cell>{format.number(row.without_model)}</Cell>
                    <Cell>{format.number(row.decided)}</Cell>
                    <Cell>{share(row.acceptance)}</Cell>
                    <Cell>{share(row.precision)}</Cell>
                    <Cell>{format.number(Number(row.cost ?? 0), { maximumFractionDigits: 4 })}</Cell>
                  </Row>
                ))}
              </Rows>
            )}
        </Loaded>
      </div>
    </Panel>
  );
}
