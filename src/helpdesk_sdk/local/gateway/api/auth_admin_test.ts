import { banEnd, pageLinks } from "./auth_admin.ts";
import { equal } from "../testing.ts";

Deno.test("a ban's duration is hours, minutes and seconds", () => {
  equal(banEnd("1h30m", 0), "1970-01-01T01:30:00.000Z");
  equal(banEnd("none", 0), null);
});

Deno.test("a ban without a duration is refused", () => {
  let refused = false;
  try {
    banEnd("forever", 0);
  } catch {
    refused = true;
  }
  equal(refused, true);
});

Deno.test("a page links to the next and the last", () => {
  equal(
    pageLinks(1, 3, 50),
    '</admin/users?page=2&per_page=50>; rel="next", </admin/users?page=3&per_page=50>; rel="last"',
  );
  equal(pageLinks(3, 3, 50), '</admin/users?page=3&per_page=50>; rel="last"');
});
