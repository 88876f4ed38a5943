import { useTranslations } from "use-intl";
import { ConfigError } from "../../lib/config.ts";

const TEXTS = {
  missing: "configMissing",
  not_json: "configNotJson",
  no_url: "configNoUrl",
  no_key: "configNoKey",
  secret_key: "configSecretKey",
} as const;
const EXAMPLE = `{ "url": "https://….supabase.co", "key": "sb_publishable_…" }`;

/** The page when the console cannot start: which file is wrong, and what belongs into it. */
export default function StartProblem({ problem }: { problem: unknown }) {
  const t = useTranslations("auth");
  const reason = problem instanceof ConfigError ? problem.reason : null;
  return (
    <main className="mx-auto max-w-xl p-8" role="alert">
      <h1 className="text-lg font-semibold">{reason ? t(TEXTS[reason]) : String(problem)}</h1>
      {reason && (
        <p className="mt-2 text-muted">
          {reason === "secret_key" ? t("configSecretKeyHint") : t("configMissingHint", { example: EXAMPLE })}
        </p>
      )}
    </main>
  );
}
