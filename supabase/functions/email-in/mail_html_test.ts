import { equal } from "../_helpdesk/testing.ts";
import { ELEMENTS_MAX, htmlToText } from "./mail_html.ts";

const text = (html: string) => htmlToText(html).text;

Deno.test("blocks, lists, tables, links and pictures as text", () => {
  equal(text("<p>One<br>two</p><p>three &amp; f&uuml;nf</p>"), "One\ntwo\n\nthree & fünf");
  equal(text("<ul><li>a<li>b</ul>after"), "* a\n* b\n\nafter");
  equal(text("<table><tr><td>a<td>b<tr><td>c</table>"), "a b\nc");
  equal(
    text('<a href="https://a.example/x">here</a> <a href="https://a.example/">a.example</a>'),
    "here (https://a.example/x) a.example",
  );
  equal(text('<a href="javascript:x()">here</a>'), "here");
  equal(text('<img src="cid:1" alt="a map"> b'), "[a map] b");
  equal(text("<pre>a  b\n c</pre>"), "a  b\n c");
  equal(text("<b>a</b><i>b</i> c"), "ab c");
  equal(text("<blockquote>a<blockquote>b</blockquote></blockquote>c"), "> a\n\n> > b\n\nc");
  equal([...htmlToText('<img src="cid:1"><img src="x.png">').sources], ["cid:1", "x.png"]);
});

Deno.test("what nobody sees is left out", () => {
  const styles = [
    "display:none",
    "DISPLAY : none !important",
    "visibility:hidden",
    "font-size:0",
    "font-size:0px;line-height:0",
    "opacity:0",
    "max-height:0;overflow:hidden",
    "mso-hide:all",
    "color:#fff;background-color:white",
  ];
  for (const style of styles) equal(text(`a<div style="${style}">no <p>more</p></div>b`).split(/\s+/), ["a", "b"]);
  for (const name of ["script", "style", "title", "template", "svg", "iframe"]) {
    equal(text(`a<${name}>no</${name}>b`), "ab");
  }
  equal(text("a<span hidden>no</span>b<!-- no --><?no?><!no>"), "ab");
  // A size of 0 around text of another size hides nothing.
  equal(text('<td style="font-size:0px"><div style="font-size:13px">yes</div></td>'), "yes");
  // An element that is never closed ends with the one around it.
  equal(text('<div><span style="display:none">no</div>yes'), "yes");
  equal(text("a<textarea><img src=x onerror=y></textarea>"), "a");
});

Deno.test("the marks of mail programs say where the quote begins", () => {
  const kept = (html: string) => {
    const { text, quoteAt } = htmlToText(html);
    return quoteAt === null ? null : text.slice(0, quoteAt);
  };
  equal(kept('yes<div class="gmail_quote">On x wrote:<blockquote>no</blockquote></div>'), "yes");
  equal(kept('yes<div id="divRplyFwdMsg">From: x</div><div>no</div>'), "yes");
  equal(kept('yes<div id="appendonsend"></div><p>no</p>'), "yes");
  equal(kept('yes<blockquote type="cite">no</blockquote>'), "yes");
  equal(kept('yes<div class="moz-cite-prefix">On x wrote:</div><blockquote type="cite">no</blockquote>'), "yes");
  equal(kept('yes<div class="yahoo_quoted">no</div>'), "yes");
  equal(kept('yes<div class="protonmail_quote"><blockquote type="cite">no</blockquote></div>'), "yes");
  equal(kept("yes<blockquote>a quote of their own</blockquote>"), null);
});

Deno.test("with an answer below the quote there is no mark", () => {
  for (
    const html of [
      'a<div class="gmail_quote"><blockquote>q</blockquote></div>below',
      'a<div class="gmail_quote"><blockquote>q</blockquote><div>below</div><blockquote>q</blockquote></div>',
      '<blockquote type="cite">q</blockquote>below',
      'a<div class="yahoo_quoted">q</div>below',
    ]
  ) {
    const { quoteAt, hasTextBelow } = htmlToText(html);
    equal([quoteAt, hasTextBelow], [null, true]);
  }
  const signed = 'a<div class="gmail_quote"><blockquote>q</blockquote></div><div class="gmail_signature">Carla</div>';
  equal(htmlToText(signed).quoteAt, 1);
});

Deno.test("HTML that is made to be slow takes time in proportion to its length, and a cut is told", () => {
  equal(text("<table>".repeat(60_000) + "x"), "x");
  equal(text("<div>".repeat(50_000) + "x" + "</div>".repeat(50_000)), "x");
  equal(text("<ul>" + "<li>x".repeat(20_000) + "</ul>").split("\n").length, 20_000);
  equal(text("<b>".repeat(45_000) + "</p>".repeat(50_000) + "x"), "x");
  equal(text("&".repeat(1_000_000)).length, 1_000_000);
  equal(text("<".repeat(500_000)).length <= 500_000, true);
  equal(text("<a ".repeat(300_000)), "");
  equal(text('<p style="' + "x:y;".repeat(200_000) + '">x'), "x");
  const links = text('<a href="https://a.example/x">y</a> '.repeat(30_000));
  equal(links.startsWith("y (https://a.example/x) y (https"), true);
  const cut = htmlToText("<p>x".repeat(ELEMENTS_MAX + 10));
  equal([cut.isCut, cut.text.length > ELEMENTS_MAX], [true, true]);
  equal(htmlToText("<p>x</p>").isCut, false);
});
