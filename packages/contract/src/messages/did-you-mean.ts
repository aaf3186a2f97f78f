import { distance } from 'fastest-levenshtein';

/**
 * Much longer than any known name. Comparing two names takes time proportional to the product of
 * their lengths.
 */
const maxComparedLength = 64;
const maxDistance = 4;
/** Shorter names are part of many others. */
const minPartLength = 4;
const separator = /[\s_.-]+/;

/**
 * Returns `. Did you mean "…"?` with the known name nearest to a mistyped one, or an empty text if
 * none is near. `known` are the names that the place accepts. Letter case and the order of words do
 * not count.
 */
export function didYouMean(mistyped: string, known: readonly string[]): string {
  const typed = mistyped.toLowerCase();
  if (mistyped.length > maxComparedLength) return '';
  let nearest: { name: string; distance: number } | null = null;
  for (const name of known) {
    const nameDistance = distanceBetween(typed, name.toLowerCase());
    if (nameDistance !== null && (nearest === null || nameDistance < nearest.distance))
      nearest = { name, distance: nameDistance };
  }
  return nearest === null ? '' : `. Did you mean "${nearest.name}"?`;
}

/**
 * Returns the number of characters that differ; null: another name. A third of the characters may
 * differ, or the typed name is a part of the known one, such as `proxy`.
 */
function distanceBetween(typed: string, candidate: string): number | null {
  const difference = Math.abs(typed.length - candidate.length);
  if (typed.length >= minPartLength && candidate.includes(typed)) return difference;
  const limit = Math.min(Math.ceil(typed.length / 3), maxDistance);
  if (difference > limit) return null;
  const nameDistance = distance(typed, candidate);
  if (nameDistance <= limit) return nameDistance;
  return difference === 0 && sortWords(typed) === sortWords(candidate) ? 0 : null;
}

function sortWords(name: string): string {
  return name.split(separator).toSorted().join(' ');
}
