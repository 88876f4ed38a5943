import { banEnd, pageLinks } from "./auth_admin.ts";
import { assertEquals } from "../testing.ts";

Deno.test("a ban's duration is hours, minutes and seconds", () => {
  assertEquals(banEnd("1h30m", 0), "1970-01-01T01:30:00.000Z");
  assertEquals(banEnd("none", 0), null);
});

Deno.test("a ban without a duration is refused", () => {
  let refused = false;
  try {
    banEnd("forever", 0);
  } catch {
    refused = true;
  }
  assertEquals(refused, true);
});

Deno.test("a page links to the next and last page", () => {
  assertEquals(
    pageLinks(1, 3, 50),
    '</admin/users?page=2&per_page=50>; rel="next", </admin/users?page=3&per_page=50>; rel="last"',
  );
  assertEquals(pageLinks(3, 3, 50), '</admin/users?page=3&per_page=50>; rel="last"');
});
