import { equal } from "../_helpdesk/testing.ts";
import { cleanName } from "./mail_files.ts";
import { multipart, read } from "./mail_testing.ts";

Deno.test("a file name is the last part of a path, without what ends or turns a line, and never empty", () => {
  const clean = (name: string) => cleanName(name, "otherwise");
  equal(clean("../../etc/passwd"), "passwd");
  equal(clean("C:\\Temp\\a.txt"), "a.txt");
  equal(clean("in\0voice\r\n.pdf"), "invoice.pdf");
  equal(clean("invoice\u202efdp.exe"), "invoicefdp.exe");
  equal(clean("u\u0308.txt"), "ü.txt");
  equal(clean(".htaccess"), "htaccess");
  for (const name of ["", "...", "a/", " ", "\u200b"]) equal(clean(name), "otherwise");
  const long = clean("ü".repeat(300) + ".docx");
  equal([new TextEncoder().encode(long).length <= 150, long.endsWith("ü.docx")], [true, true]);
});

Deno.test("inline is what the HTML shows, whatever the part says of itself", async () => {
  const picture = (headers: string) => `Content-Type: image/png\n${headers}\n\nx`;
  const mail = await read(multipart(
    "related",
    'Content-Type: text/html\n\n<img src="cid:a%40b"><img src="image001.png">',
    picture("Content-ID: <a@b>\nContent-Disposition: attachment"),
    picture('Content-Disposition: inline; filename="image001.png"'),
    picture("Content-ID: <c@d>\nContent-Disposition: inline"),
  ));
  equal(mail.attachments.map((file) => file.is_inline), [true, true, false]);
  equal(mail.attachments.map((file) => file.part), ["1", "2", "3"]);
});

Deno.test("types by the first bytes, and what a reader is warned of", async () => {
  const file = (type: string, name: string, content: string) =>
    `Content-Type: ${type}; name="${name}"\nContent-Disposition: attachment\n\n${content}`;
  const mail = await read(multipart(
    "mixed",
    file("application/octet-stream", "a", "%PDF-1.4"),
    file("image/jpeg", "a.jpg", "GIF89a"),
    file("application/pdf", "a.pdf.exe", "MZ"),
    file("application/ms-tnef", "winmail.dat", "x"),
    file("application/pkcs7-mime; smime-type=enveloped-data", "smime.p7m", "x"),
  ));
  equal(mail.attachments.map((one) => one.type).slice(0, 2), ["application/pdf", "image/gif"]);
  equal(mail.attachments.map((one) => one.flags), [[], [], ["executable"], ["tnef"], ["encrypted"]]);
  equal(mail.attachments[1]?.declared_type, "image/jpeg");
  equal(mail.flags, ["encrypted", "tnef"]);
});
