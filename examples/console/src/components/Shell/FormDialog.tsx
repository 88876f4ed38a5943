import { type FormEvent, type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import type { HelpdeskError } from "../../lib/errors.ts";
import { Button, Dialog, ErrorNote } from "../Shared/index.ts";

type Props = {
  title: string;
  /** The word on the button that saves. */
  saveLabel: string;
  isBusy: boolean;
  isDisabled?: boolean;
  problem: HelpdeskError | null;
  onSave(): unknown;
  onClose(): void;
  children: ReactNode;
};

/** A window with a form: what is wrong, its fields, and a button that saves. Enter in a field saves, too. */
export function FormDialog({ title, saveLabel, isBusy, isDisabled, problem, onSave, onClose, children }: Props) {
  const t = useTranslations("shared");
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy && !isDisabled) void onSave();
  };
  return (
    <Dialog
      isOpen
      closedBy="key"
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={id} variant="primary" isBusy={isBusy} isDisabled={isDisabled}>{saveLabel}</Button>
        </>
      }
    >
      <form id={id} noValidate onSubmit={submit} className="flex flex-col gap-3">
        {problem && <ErrorNote error={problem} />}
        {children}
      </form>
    </Dialog>
  );
}
