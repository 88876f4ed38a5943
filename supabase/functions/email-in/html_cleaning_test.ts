import { equal } from "../_helpdesk/testing.ts";
import { bounded, VIEW_DEPTH_MAX, VIEW_ELEMENTS_MAX, VIEW_MAX } from "./html_bounds.ts";
import { cleanHtml, type Wishes } from "./html_cleaning.ts";
import { cleanStyle } from "./html_styles.ts";

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";
const nothing: Wishes = { picture: () => null, withRemoteImages: false };
const clean = (html: string, wishes: Partial<Wishes> = {}) => cleanHtml(html, { ...nothing, ...wishes });
const shown = (html: string) => clean(html).html;

Deno.test("what a mail looks like stays", () => {
  const table =
    '<table border="0" cellpadding="2"><tbody><tr><td align="left" bgcolor="#eee" colspan="2" style="color:red;padding:4px 2px">a</td></tr></tbody></table>';
  equal(shown(table), table);
  equal(
    shown('<font color="red" face="Arial">x</font><br><hr>'),
    '<font color="red" face="Arial">x</font><br /><hr />',
  );
  equal(shown('<body bgcolor="#fff" style="margin:0">x</body>'), '<div bgcolor="#fff" style="margin:0">x</div>');
  equal(shown("1 &lt; 2 &amp; &uuml;"), "1 &lt; 2 &amp; ü");
});

Deno.test("what a terminal obeys is removed, also as a reference", () => {
  equal(shown("a&#27;]52;c;eA==&#7;b\x1b[2J\x9b1m&#x9b;2m\tc\r\nd\re"), "a]52;c;eA==b[2J1m›2m\tc\nd\ne");
  equal(shown('<a title="&#27;[2J" href="https://a.example/&#27;">x</a>').includes("\x1b"), false);
});

Deno.test("what runs, sends, loads or leads elsewhere is removed", () => {
  for (
    const html of [
      "<script>x()</script>",
      "<SCRIPT\n>x()</SCRIPT >",
      "<style>* { background: url(https://a.example) }</style>",
      '<svg><script>x()</script><image href="https://a.example"/></svg>',
      "<math><mtext><img src=x onerror=x()></mtext></math>",
      '<iframe src="https://a.example">x</iframe>',
      "<object data=x>x</object><embed src=x><applet>x</applet>",
      '<meta http-equiv="refresh" content="0;url=https://a.example"><base href="https://a.example">',
      '<link rel="stylesheet" href="https://a.example">',
      "<template><img src=x onerror=x()></template>",
      "<noscript><p title='</noscript><img src=x onerror=x()>'></noscript>",
      "<textarea><img src=x onerror=x()></textarea><select><option>x</select>",
      "<video src=x poster=x><source src=x></video><audio src=x></audio>",
      "<!--[if mso]><script>x()</script><![endif]--><?php x ?><![CDATA[<script>x()</script>]]>",
    ]
  ) equal(/x\(\)|example|src|script/i.test(shown(html)), false, html);
  equal(
    shown('<form action="https://a.example"><input value=1><button onclick=x()>Send</button></form>'),
    "Send",
  );
  equal(shown("<p onclick=x() onmouseover='x()' id=a class=b srcset=x style='' xmlns:x=y>x</p>"), "<p>x</p>");
});

Deno.test("links leave the page without a word about it, and no other address is one", () => {
  equal(
    shown('<a href="https://a.example/?a=1&amp;b=2" target="_self" rel="opener" ping="https://b.example">x</a>'),
    '<a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">x</a>',
  );
  equal(/mailto:a@b\.example/.test(shown('<a href="mailto:a@b.example">x</a>')), true);
  for (
    const href of [
      "javascript:x()",
      " JaVaScRiPt:x()",
      "java\tscript:x()",
      "java&#10;script:x()",
      "&#106;avascript:x()",
      "\u0001javascript:x()",
      "data:text/html,<script>x()</script>",
      "vbscript:x",
      "blob:https://a.example/x",
      "file:///etc/passwd",
      "//a.example/x",
      "elsewhere",
      "#x",
    ]
  ) equal(/href/.test(shown(`<a href="${href}">x</a>`)), false, href);
});

Deno.test("pictures of others are counted, and shown only on request", () => {
  const html = '<img src="https://a.example/1.png" alt="one"><img src=" HTTP://a.example/2"><img src="//a.example/3">';
  const { html: without, ...counts } = clean(html);
  equal([/example/i.test(without), without.includes('alt="one"'), counts.remoteImages], [false, true, 3]);
  const { html: within, remoteImages } = clean(html, { withRemoteImages: true });
  equal([within.match(/src="(https?:)?\/\/a\.example/gi)?.length, remoteImages], [3, 3]);
  const others = '<table background="https://a.example"><td style="background:url(https://a.example)">x</table>' +
    '<picture><source srcset="https://a.example"><img src=""></picture><img srcset="https://a.example 2x">';
  equal(/example/.test(clean(others, { withRemoteImages: true }).html), false);
});

Deno.test("pictures of the mail are shown where it names them", () => {
  const named: string[] = [];
  const picture = (source: string) => {
    named.push(source);
    return source === "cid:logo@a" ? PIXEL : null;
  };
  const seen = clean('<img src="cid:logo@a"><img src="cid:other"><img src="logo.png">', { picture });
  equal([named, seen.inlineImages, seen.missingImages], [["cid:logo@a", "cid:other", "logo.png"], 1, 2]);
  equal(seen.html, `<img src="${PIXEL}" /><img /><img />`);
  equal(shown(`<img src="${PIXEL}">`), `<img src="${PIXEL}" />`);
  for (
    const source of [
      "data:image/svg+xml;base64,PHN2Zz4=",
      "data:text/html;base64,PHN2Zz4=",
      "data:image/png,x",
      `data:image/png;base64,${"A".repeat(300_000)}`,
      'data:image/png;base64,AA" onerror="x()',
    ]
  ) equal(/src|onerror/.test(shown(`<img src='${source}'>`)), false, source.slice(0, 40));
});

Deno.test("styles stay in their place, and ask nobody", () => {
  equal(cleanStyle("COLOR: Red ; margin:0 auto!important; font-family:'A B',\"C\"; color:rgb(1, 2, 3)").split(";"), [
    "color:Red",
    "margin:0 auto!important",
    "font-family:'A B',\"C\"",
    "color:rgb(1, 2, 3)",
  ]);
  for (
    const style of [
      "background:url(https://a.example)",
      "background-image:url('x')",
      "background:image-set('https://a.example' 1x)",
      "width:expression(x())",
      "color:\\72 ed",
      "col/**/or:red",
      "color:red/**/",
      "position:fixed",
      "z-index:9",
      "content:'x'",
      "behavior:url(x)",
      "-moz-binding:url(x)",
      "animation:x 1s",
      "width:calc(1px + var(--x))",
      "color:var(--x)",
      "font:12px url(x)",
      "color:red}*{color:blue",
      "color:<b>",
      "@import 'x'",
      "x".repeat(5000),
    ]
  ) equal(cleanStyle(style), "", style.slice(0, 60));
});

Deno.test("what a browser reads otherwise than a parser does is one text to both", () => {
  for (
    const html of [
      "<svg></p><style><a id='</style><img src=1 onerror=x()>'>",
      "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x()&gt;'>",
      "<form><math><mtext></form><form><mglyph><style></math><img src onerror=x()>",
      "<noscript><style></noscript><img src=x onerror=x()></style>",
      "<p title='<!--'><img src=x onerror=x()>-->",
      "<xmp><p title='</xmp><img src=x onerror=x()>'>",
      "<b <script>x()</script>",
      "<<img src=x onerror=x()>>",
      "<img src='x' title='`><img src=x onerror=x()>'>",
      '<a href="x" title=\'"><script>x()</script>\'>',
      "<scr<script>ipt>x()</scr</script>ipt>",
      "<img\u0000src=x\u0000onerror=x()>",
      "<plaintext><script>x()</script>",
      "<!--><script>x()</script>-->",
      "<title><a href='</title><img src=x onerror=x()>'></title>",
    ]
  ) {
    const once = shown(html);
    // No tag of it runs anything, and cleaning again changes nothing.
    equal(/<[^>"']*(?:"[^"]*"[^>"']*)*\son\w+\s*=/i.test(once.replaceAll(/"[^"]*"/g, '""')), false, html);
    equal(/<(?:script|style|svg|math|iframe)/i.test(once), false, html);
    equal(shown(once), once, html);
  }
});

Deno.test("HTML that is made to be slow is cut to its bounds, and says so", () => {
  const hostile: string[] = [
    "<div>".repeat(200_000) + "x",
    "<b>".repeat(20_000) + "</p>".repeat(200_000),
    "<b>".repeat(20_000) + "</i>".repeat(200_000),
    "<p>x".repeat(250_000),
    "<a ".repeat(300_000),
    `<p ${"a=b ".repeat(250_000)}>x`,
    `<p ${"style='color:red' ".repeat(50_000)}>x`,
    `<p style="${"color:red;".repeat(100_000)}">x`,
    `<p style="color:${"rgb(1) ".repeat(500)}(">x</p>`.repeat(200),
    `<img src="data:image/png;base64,${"A".repeat(1_000_000)}">`,
    "<!--".repeat(250_000),
    "&".repeat(1_000_000),
    "<".repeat(1_000_000),
    "<svg>".repeat(200_000),
    "<table><tr><td>".repeat(60_000),
    "<a href=x>".repeat(100_000),
    "<option>".repeat(100_000),
    "</".repeat(500_000),
  ];
  for (const html of hostile) clean(html, { withRemoteImages: true });
  equal(clean("<div>".repeat(VIEW_DEPTH_MAX + 5) + "x").isCut, true);
  equal(bounded("<p>x</p>".repeat(VIEW_ELEMENTS_MAX + 5)).isCut, true);
  equal(bounded("x".repeat(VIEW_MAX + 5)), { html: "x".repeat(VIEW_MAX), isCut: true });
  equal(bounded("<p>a<br>b</p>"), { html: "<p>a<br>b</p>", isCut: false });
  // What was removed does not join what stands beside it.
  equal(shown("<</i>script>x()<</i>/script>").includes("<script"), false);
});
