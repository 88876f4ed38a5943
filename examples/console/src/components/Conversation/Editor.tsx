import { Paperclip } from "lucide-react";
import { type ReactNode, type Ref, useImperativeHandle, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { useUploads } from "../../hooks/useUploads.ts";
import { insertAt, MAX_BODY, pastedFiles } from "../../lib/composing.ts";
import type { DraftKind } from "../../lib/drafts.ts";
import type { Refusal } from "../../lib/uploads.ts";
import { IconButton } from "../Shared/index.ts";
import { Refusals, UploadList } from "./UploadList.tsx";

export type EditorHandle = {
  kind: DraftKind;
  focus(): void;
  insert(text: string): void;
  edit(): void;
  undo(): boolean;
};
export type TextHandle = { focus(): void; insert(text: string): void };
type Props = {
  kind: DraftKind;
  label: string;
  text: string;
  /** What is kept of it on this device is still read. */
  isBusy: boolean;
  onText(text: string): void;
  uploads: ReturnType<typeof useUploads>;
  onKeyDown(event: React.KeyboardEvent): void;
  /** Buttons behind the one that attaches files. */
  footer: ReactNode;
  ref?: Ref<TextHandle>;
};

const LOOKS = {
  reply: "border-accent bg-surface",
  note: "border-note bg-note",
};

/** The box in which a reply or a note is written; files come by paste, by drop and by the button. */
export function Editor({ kind, label, text, isBusy, onText, uploads, onKeyDown, footer, ref }: Props) {
  const t = useTranslations("writing");
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<Refusal[]>([]);
  const [pasted, setPasted] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const insert = (inserted: string) => {
    const { selectionStart: start, selectionEnd: end } = area.current!;
    onText(text.trim() === "" ? inserted : insertAt(text, start, end, inserted).text);
    area.current!.focus();
  };
  useImperativeHandle(ref, () => ({ focus: () => area.current?.focus(), insert }));
  const add = (files: readonly File[]) => {
    if (files.length > 0) void uploads.add(files).then(setRefused);
  };
  const onPaste = (event: React.ClipboardEvent) => {
    const files = pastedFiles(event.clipboardData), words = event.clipboardData.getData("text/plain");
    if (files.length > 0) {
      event.preventDefault();
      add(files);
    } else if (text.length + words.length > MAX_BODY) {
      // A browser lays out megabytes for seconds, and the database takes no such message.
      event.preventDefault();
      setPasted(words);
    }
  };
  const attachPasted = () => {
    add([new File([pasted!], "text.txt", { type: "text/plain" })]);
    setPasted(null);
  };
  return (
    <div
      className={`relative rounded-b-md rounded-se-md border has-[textarea:focus]:outline-2 has-[textarea:focus]:outline-accent ${
        LOOKS[kind]
      }`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        add([...event.dataTransfer.files]);
      }}
    >
      <textarea
        ref={area}
        aria-label={label}
        aria-busy={isBusy || undefined}
        placeholder={label}
        dir="auto"
        rows={3}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onPaste={onPaste}
        onKeyDown={onKeyDown}
        className="block max-h-[40dvh] min-h-20 w-full resize-none field-sizing-content rounded-se-md bg-transparent px-3 py-2 outline-none placeholder:text-subtle"
      />
      {pasted !== null && (
        <p role="alert" className="mx-3 mb-2 rounded-md bg-warning-soft px-3 py-2">
          {t("pastedTooLong", { count: pasted.length, max: MAX_BODY })}{" "}
          <button type="button" className="font-medium text-accent underline" onClick={attachPasted}>
            {t("attachText")}
          </button>
        </p>
      )}
      {text.length > MAX_BODY && (
        <p role="alert" className="mx-3 mb-2 text-danger">{t("tooLong", { count: text.length, max: MAX_BODY })}</p>
      )}
      <Refusals refused={refused} limits={uploads.limits} />
      <UploadList uploads={uploads} />
      <div className="flex flex-wrap items-center gap-2 px-2 pb-2">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            add([...event.target.files ?? []]);
            event.target.value = "";
          }}
        />
        <IconButton
          label={t("attach")}
          icon={Paperclip}
          isDisabled={!uploads.limits}
          onClick={() => picker.current?.click()}
        />
        {footer}
      </div>
      {isOver && (
        <p className="pointer-events-none absolute inset-0 grid place-items-center rounded-md border-2 border-dashed border-accent bg-accent-soft font-medium text-accent">
          {t("dropHere")}
        </p>
      )}
    </div>
  );
}
