import { useQuery } from "@tanstack/react-query";
import { keys } from "../lib/queryKeys.ts";
import { parseQuery } from "../services/lists.ts";
import * as views from "../services/views.ts";
import { useAction } from "./useAction.ts";

export type { NewView } from "../services/views.ts";

/** The saved views that the person may run. */
export function useViews(isEnabled = true) {
  return useQuery({ queryKey: keys.views(), queryFn: views.listViews, enabled: isEnabled });
}

type Saved = Omit<views.NewView, "tree"> & { query: string };

/** Save, change and delete views; the query is a text in the search grammar. */
export function useViewActions() {
  const changes = [keys.views()];
  return {
    create: useAction(async ({ id, query, ...view }: Saved & { id: string }) => {
      const { tree } = await parseQuery(query);
      return await views.createView(id, { ...view, tree });
    }, changes),
    change: useAction(async ({ id, query, ...view }: Partial<Saved> & { id: string }) => {
      const tree = query === undefined ? {} : { tree: (await parseQuery(query)).tree };
      return await views.changeView(id, { ...view, ...tree });
    }, changes),
    remove: useAction((id: string) => views.deleteView(id), changes),
  };
}
