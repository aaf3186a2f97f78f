const counted = /\{([0-9]{1,4})(,([0-9]{0,4}))?\}/y;

type Quantifier =
  /** `repetitions`: how often the repeated element has to be written out. */
  | { readonly ok: true; readonly regex: string; readonly repetitions: number }
  | { readonly ok: false; readonly message: string };

/** Reads the quantifier that begins at `index`: `*`, `+`, `?`, `{m}`, `{m,}` or `{m,n}`. */
export function readQuantifier(pattern: string, index: number): Quantifier {
  const sign = pattern[index];
  if (sign === '*' || sign === '+' || sign === '?') return { ok: true, regex: sign, repetitions: 1 };
  counted.lastIndex = index;
  const found = counted.exec(pattern);
  if (found === null) return fault('it has a "{" without a count; expected {2}, {2,} or {2,5}');
  const [regex, least = '0', , most] = found;
  if (most !== undefined && most !== '' && Number(most) < Number(least)) {
    return fault(`it repeats "${regex}", whose counts are reversed; expected {2}, {2,} or {2,5}`);
  }
  return { ok: true, regex, repetitions: Math.max(Number(least), Number(most ?? 0), 1) };
}

function fault(message: string): Extract<Quantifier, { ok: false }> {
  return { ok: false, message };
}
