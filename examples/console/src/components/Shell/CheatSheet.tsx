import { useTranslations } from "use-intl";
import { useAllShortcuts } from "../../contexts/ShortcutContext.tsx";
import { effective } from "../../lib/shortcuts.ts";
import { Dialog, Kbd } from "../Shared/index.ts";

/** The shortcuts that work on this page, by group. */
export function CheatSheet({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useTranslations("shell");
  const shortcuts = effective(useAllShortcuts());
  const groups = Map.groupBy(shortcuts, ({ group }) => group);
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t("shortcuts")} isWide>
      <div className="columns-1 gap-8 sm:columns-2">
        {[...groups].map(([group, entries]) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 font-semibold text-muted">{group}</h3>
            <dl>
              {entries.map(({ id, label, keys }) => (
                <div key={id} className="flex items-center justify-between gap-4 border-b border-line py-1.5">
                  <dt>{label}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
