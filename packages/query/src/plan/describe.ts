import { distance } from 'fastest-levenshtein';

const longestQuote = 60;
/** No name of the catalogue is longer, and comparing costs the product of both lengths. */
const longestCompared = 128;

/** A client's text as a message shows it: quoted, control characters escaped, cut when it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text);
}

/** ` Did you mean "…"?` with the name nearest to a mistyped one, or nothing when there is none to name. */
export function suggestion(name: string, known: readonly string[]): string {
  const typed = name.slice(0, longestCompared);
  let nearest: { name: string; distance: number } | null = null;
  for (const candidate of known) {
    const candidateDistance = distance(typed, candidate);
    if (nearest === null || candidateDistance < nearest.distance) {
      nearest = { name: candidate, distance: candidateDistance };
    }
  }
  return nearest === null ? '' : ` Did you mean "${nearest.name}"?`;
}
