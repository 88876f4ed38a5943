/** The files of a mail as attachments of its ticket. What is not done here, a worker does. */

import { type Api, ApiError } from "../_helpdesk/api.ts";
import { warn } from "../_helpdesk/request_log.ts";
import type { ParsedMail } from "./mail_parser.ts";
import type { Part } from "./mail_tree.ts";
import type { Storage } from "./storage.ts";

interface Placed {
  part: string;
  attachment_id: string;
  key: string;
  content_type: string;
}

/** @param files the parts of `mail.attachments`, in their order */
export async function placeFiles(
  { api, storage }: { api: Api; storage: Storage },
  inbound_id: string,
  mail: ParsedMail,
  files: Part[],
): Promise<void> {
  // What Outlook has packed, a worker unpacks: it places the other files, too.
  if (files.length === 0 || mail.flags.includes("tnef")) return;
  const placed: string[] = [];
  try {
    for (
      const { part, attachment_id, key, content_type } of await api.rpc<Placed[]>(api.system, "place_email_files", {
        inbound_id,
      })
    ) {
      const file = files[Number(part) - 1];
      if (file === undefined) continue;
      await storage.putFile(key, file.bytes, content_type);
      await api.rpc(api.system, "finish_attachment", { attachment_id });
      placed.push(attachment_id);
    }
    await api.rpc(api.system, "finish_email_files", { inbound_id });
    // Nobody reads a file that was not checked. One that is not checked now is checked with the next ones.
    for (const attachment_id of placed) {
      await api.request("POST", "/functions/v1/check-attachment", api.system, { attachment_id });
    }
  } catch (error) {
    warn(`the files of a mail wait: ${error instanceof ApiError ? error.status : (error as Error).name}`, {
      inbound_id,
    });
  }
}
