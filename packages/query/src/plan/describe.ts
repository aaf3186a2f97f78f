import { distance } from 'fastest-levenshtein';

const longestQuote = 60;
/** Longer than any name by far, so not a mistyped one; and comparing costs the product of both lengths. */
const longestCompared = 64;

/** A client's text as a message shows it: quoted, control characters escaped, cut when it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text);
}

/** ` Did you mean "…"?` with the name nearest to a mistyped one, or nothing when none is like it. */
export function suggestion(name: string, known: readonly string[]): string {
  if (name.length > longestCompared) return '';
  let nearest: { name: string; distance: number } | null = null;
  for (const candidate of known) {
    const candidateDistance = distance(name, candidate);
    if (nearest === null || candidateDistance < nearest.distance) {
      nearest = { name: candidate, distance: candidateDistance };
    }
  }
  // More than half of what was typed would have to be different.
  if (nearest === null || nearest.distance > name.length / 2) return '';
  return ` Did you mean "${nearest.name}"?`;
}
