import { distance } from 'fastest-levenshtein';

/**
 * Much longer than any known name. Comparing two names takes time proportional to the product of
 * their lengths.
 */
const maxComparedLength = 64;

/**
 * Returns `. Did you mean "…"?` with the known name nearest to a mistyped one, or an empty text if
 * none is near.
 */
export function didYouMean(mistyped: string, known: readonly string[]): string {
  if (mistyped.length > maxComparedLength) return '';
  let nearest: { name: string; distance: number } | null = null;
  for (const name of known) {
    const nameDistance = distance(mistyped, name);
    if (nearest === null || nameDistance < nearest.distance) nearest = { name, distance: nameDistance };
  }
  // A name that differs in more than half of the typed characters is another name, not a mistyped
  // one.
  if (nearest === null || nearest.distance > mistyped.length / 2) return '';
  return `. Did you mean "${nearest.name}"?`;
}
