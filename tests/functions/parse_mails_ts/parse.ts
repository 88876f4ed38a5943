/** Prints what the parser makes of the mails whose paths are given: a JSON object by path. */

import { parseMail } from "../../../supabase/functions/email-in/mail_parser.ts";

const read: Record<string, unknown> = {};
for (const path of Deno.args) {
  const { envelope } = JSON.parse(await Deno.readTextFile(path.replace(/\.eml$/, ".json")));
  read[path] = (await parseMail(await Deno.readFile(path), envelope?.to ?? [])).mail;
}
console.log(JSON.stringify(read));
