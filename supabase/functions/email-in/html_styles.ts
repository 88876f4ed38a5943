/** The value of a `style` attribute without what loads, runs, moves over other things, or hides from this check. */

const STYLE_MAX = 4_000;
const PROPERTY = new RegExp(
  "^(?:background(?:-color)?|border(?:-[a-z-]+)?|clear|color|direction|display|float|font(?:-[a-z]+)?|height|" +
    "letter-spacing|line-height|list-style(?:-type|-position)?|margin(?:-[a-z]+)?|(?:max|min)-(?:height|width)|opacity|" +
    "overflow(?:-wrap)?|padding(?:-[a-z]+)?|table-layout|text-(?:align|decoration|indent|transform)|vertical-align|" +
    "visibility|white-space|width|word-break|word-wrap)$",
);
/** Words, numbers, names in quotes and colors. No other function, no escape, no comment. */
const VALUE = /^(?:[\w\s#%.,'"!+-]|(?:rgb|hsl)a?\([\d\s.,%/]*\))+$/i;

/** The declarations that only change how an element looks in its place. */
export function cleanStyle(style: string): string {
  if (style.length > STYLE_MAX) return "";
  const kept: string[] = [];
  for (const declaration of style.split(";")) {
    const colon = declaration.indexOf(":");
    const name = declaration.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    if (PROPERTY.test(name) && VALUE.test(value)) kept.push(`${name}:${value}`);
  }
  return kept.join(";");
}
