/** Unassigned names are those of no character that a reader confuses with another. */
const names: ReadonlyMap<number, string> = new Map([
  [0x00, 'NUL'],
  [0xa0, 'no-break space'],
  [0xad, 'soft hyphen'],
  [0x200b, 'zero width space'],
  [0x200c, 'zero width non-joiner'],
  [0x200d, 'zero width joiner'],
  [0x200e, 'left-to-right mark'],
  [0x200f, 'right-to-left mark'],
  [0x2018, 'left single quote'],
  [0x2019, 'right single quote'],
  [0x201a, 'low single quote'],
  [0x201c, 'left double quote'],
  [0x201d, 'right double quote'],
  [0x201e, 'low double quote'],
  [0x2028, 'line separator'],
  [0x2029, 'paragraph separator'],
  [0x202f, 'narrow no-break space'],
  [0x2060, 'word joiner'],
  [0x2212, 'minus sign'],
  [0x3000, 'ideographic space'],
  [0xfeff, 'byte order mark'],
]);

/**
 * Characters that a reader does not see, or takes for another: controls, formats such as bidirectional
 * marks, variation selectors, blanks, every space except the ASCII one, unpaired surrogates, private and
 * unassigned characters, typographic quotes and the minus sign.
 */
const misleading =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}‘’‚‛“”„‟′″−]|[\u{115f}\u{1160}\u{2800}\u{3164}\u{ffa0}]|[\u{fe00}-\u{fe0f}]|[\u{e0100}-\u{e01ef}]|(?! )\p{Zs}/gu;

/** Most texts, which need no search for each kind of character. */
const plain = /^[ -~]*$/;

/** Line feeds, tabs and carriage returns, which JSON escapes in a way that readers know. */
const familiar = new Set(['\n', '\t', '\r']);

/** Shows invisible and misleading characters by code point, such as `<U+00A0 no-break space>`. */
export function visible(text: string): string {
  if (plain.test(text)) return text;
  return text.replaceAll(misleading, (character) =>
    familiar.has(character) ? character : `<${codePoint(character)}>`,
  );
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const name = names.get(code);
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}${name === undefined ? '' : ` ${name}`}`;
}
