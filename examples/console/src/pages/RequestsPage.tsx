import { Link, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import { RequestList } from "../components/Portal/RequestList.tsx";
import { StateFilter } from "../components/Portal/StateFilter.tsx";
import { Button, EmptyState, ErrorNote, PageHeader, Skeleton } from "../components/Shared/index.ts";
import { useRequests } from "../hooks/useRequests.ts";
import { toHelpdeskError } from "../lib/errors.ts";
import { stateIn } from "../lib/requests.ts";

const NEW =
  "inline-flex h-8 items-center gap-2 rounded-md bg-accent px-3 font-medium text-on-accent hover:brightness-110";

export default function RequestsPage() {
  const t = useTranslations("portal");
  const search: { state?: unknown } = useSearch({ strict: false });
  const state = stateIn(search.state);
  const { requests, isPending, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useRequests(state);
  const newRequest = (
    <Link to="/requests/new" className={NEW}>
      <Plus aria-hidden size={16} />
      {t("newRequest")}
    </Link>
  );
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4 p-4 sm:p-8">
      <PageHeader title={t("requests")} actions={newRequest} />
      <StateFilter chosen={state} />
      {error && requests.length === 0 && <ErrorNote error={toHelpdeskError(error)} onRetry={() => refetch()} />}
      {isPending && [1, 2, 3].map((line) => <Skeleton key={line} className="h-16 w-full" />)}
      {requests.length > 0 && <RequestList requests={requests} />}
      {!isPending && !error && requests.length === 0 && (
        <EmptyState
          title={state ? t(`none.${state}`) : t("none.all")}
          hint={state ? undefined : t("none.hint")}
          action={state ? <Link to="/requests" className="text-accent underline">{t("all")}</Link> : newRequest}
        />
      )}
      {hasNextPage && <Button isBusy={isFetchingNextPage} onClick={() => fetchNextPage()}>{t("more")}</Button>}
    </div>
  );
}
