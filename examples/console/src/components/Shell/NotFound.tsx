import { Link } from "@tanstack/react-router";
import { useTranslations } from "use-intl";

/** The page for an address that does not exist, or that the person's role may not see: both look the same. */
export function NotFound() {
  const t = useTranslations("shell");
  return (
    <div className="mx-auto max-w-md p-8 text-center">
      <h1 className="text-lg font-semibold">{t("notFound")}</h1>
      <p className="mt-2 text-muted">{t("notFoundHint")}</p>
      <Link to="/" className="mt-4 inline-block text-accent underline">{t("home")}</Link>
    </div>
  );
}
