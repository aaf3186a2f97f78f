import { printTable } from '../rivals/markdown-table.mjs';
import { geometricMean } from '../rivals/timing.mjs';

/** The time of a report over partials, as a share of that over facts. */
const target = 0.05;
const targetFactsPerSecond = 300_000_000;

/** Prints the tables. Returns whether a target is missed, and whether rows differ. */
export function printPartials({ segmentBytes, reports }, rows) {
  console.log(
    `${rows.toLocaleString('en')} facts; milliseconds, and the ratio to the same report over facts\n`,
  );
  const head = [
    ...['Report', 'facts', 'computing', '', 'repeated', ''],
    ...['a day later', '', 'prepared', '', 'sparser', '', 'kB'],
  ];
  printTable([head, ...reports.map(rowOf)]);
  const different = reports.flatMap(({ name, ...measured }) =>
    differencesOf(measured).map((what) => `${name}: ${what}`),
  );
  for (const text of different) console.log(`DIFFERENT ROWS: ${text}`);
  const repeated = geometricMean(reports.map((one) => one.repeated.ms / one.facts.ms));
  const later = geometricMean(reports.map((one) => one.later.ms / one.laterFacts.ms));
  const prepared = geometricMean(reports.map((one) => one.laterPrepared.ms / one.laterFacts.ms));
  const factsPerSecond = geometricMean(reports.map((one) => (one.scanned / one.repeated.ms) * 1000));
  const figures = [
    ['repeated / over facts, geometric mean', repeated.toFixed(3), `≤ ${target}`, repeated <= target],
    ['a day later / over facts, geometric mean', prepared.toFixed(3), `≤ ${target}`, prepared <= target],
    ['the same before new segments are prepared', later.toFixed(3), '', true],
    [
      'facts a second, repeated, geometric mean',
      `${Math.round(factsPerSecond / 1e6)} M`,
      `≥ ${targetFactsPerSecond / 1e6} M at 100 million facts`,
      factsPerSecond >= targetFactsPerSecond,
    ],
  ];
  console.log();
  printTable([
    ['Figure', 'Found', 'Target', ''],
    ...figures.map(([name, found, wanted, isMet]) => [name, found, wanted, isMet ? 'met' : 'MISSED']),
  ]);
  const bytes = reports.reduce((sum, one) => sum + one.bytes, 0);
  console.log(`\nbytes of all partials / bytes of the segments: ${(bytes / segmentBytes).toFixed(4)}`);
  return { isDifferent: different.length > 0, isMissed: figures.some(([, , , isMet]) => !isMet) };
}

function rowOf({ name, bytes, facts, laterFacts, sparserFacts, ...measured }) {
  const { computing, repeated, later, laterPrepared, sparser } = measured;
  const cells = (one, base) =>
    one === undefined ? ['', ''] : [Math.round(one.ms), (one.ms / base.ms).toFixed(3)];
  return [
    repeated.readsPartials ? name : `${name} (over facts: its partials are too large)`,
    Math.round(facts.ms),
    ...cells(computing, facts),
    ...cells(repeated, facts),
    ...cells(later, laterFacts),
    ...cells(laterPrepared, laterFacts),
    ...cells(sparser, sparserFacts),
    Math.round(bytes / 1000),
  ];
}

function differencesOf({ facts, laterFacts, sparserFacts, ...measured }) {
  const pairs = {
    computing: [measured.computing, facts],
    repeated: [measured.repeated, facts],
    later: [measured.later, laterFacts],
    prepared: [measured.laterPrepared, laterFacts],
  };
  if (measured.sparser !== undefined) pairs.sparser = [measured.sparser, sparserFacts];
  return Object.entries(pairs).flatMap(([name, [one, other]]) => (one.digest === other.digest ? [] : [name]));
}
