import { chooseMerge, mergeSpanMs } from '@hourglass/facts';

const secondMs = 1000;
const dayMs = 86_400_000;
/** A worker looks for a merge of each owner this often. */
const mergeEveryMs = 10 * secondMs;
/** More are not played: the times that follow are like those before. */
const maxSeals = 30_000;

/**
 * Plays the segments of one environment and dataset: facts arrive evenly, are sealed, and merged by the project's own
 * policy. Sizes vary by a tenth around the mean, because equal ones would fit into a segment by chance.
 *
 * @param {object} shape
 * @param {number} shape.factsPerDay
 * @param {number} shape.days that the facts span
 * @param {number | null} shape.retentionDays
 * @param {number} shape.lateDays facts are late by up to this
 * @param {{ minFacts: number, maxAgeMs: number }} sealing
 * @param {{ targetFacts: number, minSegments: number }} terms of merging
 */
export function simulateOwner({ factsPerDay, days, retentionDays, lateDays }, sealing, terms) {
  const random = generator();
  const spanMs = mergeSpanMs(retentionDays);
  const everyMs = Math.min(sealing.maxAgeMs, (sealing.minFacts / factsPerDay) * dayMs);
  // No more than a fact each time.
  const sealEveryMs = Math.max(everyMs, dayMs / factsPerDay);
  const sealedFacts = (factsPerDay * sealEveryMs) / dayMs;
  // At least two spans of twelve, of which the first one is complete.
  const playedDays = Math.min(days, Math.max(70, (maxSeals * sealEveryMs) / dayMs));
  const played = { facts: 0, seals: 0, merges: 0, merged: 0, written: 0 };
  /** Segments of earlier spans, which no later one joins. */
  const settled = [];
  let open = [];
  for (let nowMs = sealEveryMs; nowMs <= playedDays * dayMs; nowMs += sealEveryMs) {
    const facts = Math.max(1, Math.round(sealedFacts * (0.9 + random() * 0.2)));
    const firstMs = nowMs - sealEveryMs - random() * lateDays * dayMs;
    open.push({ id: String(played.seals), facts, firstMs: Math.max(0, firstMs), lastMs: nowMs });
    played.seals += 1;
    played.facts += facts;
    for (let passes = Math.max(1, sealEveryMs / mergeEveryMs); passes >= 1; passes -= 1) {
      const chosen = chooseMerge(
        open.toSorted((a, b) => a.firstMs - b.firstMs),
        { ...terms, spanMs },
      );
      if (chosen === null) break;
      const merged = mergeOf(chosen);
      open = [...open.filter((segment) => !chosen.includes(segment)), merged];
      played.merges += 1;
      played.merged += chosen.length;
      played.written += merged.facts;
    }
    const isSettled = ({ facts: count, lastMs }) =>
      count * 2 > terms.targetFacts || lastMs < nowMs - spanMs - lateDays * dayMs;
    if (played.seals % 64 === 0) {
      settled.push(...open.filter(isSettled));
      open = open.filter((segment) => !isSettled(segment));
    }
  }
  return { ...played, playedDays, segments: [...settled, ...open] };
}

function mergeOf(chosen) {
  return {
    id: chosen[0].id,
    facts: chosen.reduce((sum, { facts }) => sum + facts, 0),
    firstMs: Math.min(...chosen.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...chosen.map(({ lastMs }) => lastMs)),
  };
}

/** Marsaglia's xorshift: the same numbers in each run. */
function generator() {
  let state = 2_463_534_242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
