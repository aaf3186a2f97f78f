/**
 * node bench/segments.mjs [--segment-facts 4000000] [--seal-seconds 300]: plays sealing and merging of up to 10^12 facts in
 * up to 10,000 environments, and prints how many segments stay, how large they are, how long the lists of snapshots are,
 * and how often a byte is written. Computes only; takes minutes. After a build.
 */
import { parseArgs } from 'node:util';
import { reportFailure } from '../scripts/report-failure.mjs';
import { setUp } from '../scripts/setup.mjs';

const days = 400;
const dayMs = 86_400_000;
/** Parquet of gateway facts, as in docs/performance.md. */
const bytesOfFact = 22;
/** A segment's row in the answer of the database: key, checksum, times and columns of a usual gateway. */
const bytesOfListed = 1_200;
const { values: options } = parseArgs({
  options: {
    'segment-facts': { type: 'string', default: '4000000' },
    'seal-facts': { type: 'string', default: '250000' },
    'seal-seconds': { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
  },
});

/** Classes of environments with `facts` each. */
const even = (environments, facts) => [{ environments, facts }];
const shapes = [
  { name: '20 tenants with 5·10^10 facts', of: even(20, 5e10) },
  { name: '10,000 tenants with 10^8 facts', of: even(10_000, 1e8) },
  { name: '10,000 tenants with 10^6 facts', of: even(10_000, 1e6) },
  { name: '10,000 tenants by Zipf, 10^12 facts', of: zipf(10_000, 1e12) },
  { name: '  the same, facts late by up to 3 days', of: zipf(10_000, 1e12), lateDays: 3 },
  { name: '  the same, without retention', of: zipf(10_000, 1e12), lateDays: 3, retentionDays: null },
];

await reportFailure(async () => {
  await setUp();
  const { simulateOwner } = await import('./scale/simulate-owner.mjs');
  const sealing = {
    minFacts: Number(options['seal-facts']),
    maxAgeMs: Number(options['seal-seconds']) * 1000,
  };
  const terms = { targetFacts: Number(options['segment-facts']), minSegments: 4 };
  console.log(
    `${days} days, merged up to ${terms.targetFacts} facts, sealed at ${sealing.minFacts} facts or ${sealing.maxAgeMs / 1000} s\n`,
  );
  for (const { name, of, lateDays = 0, retentionDays = days } of shapes) {
    if (!name.includes(options.only)) continue;
    const played = of.map(({ environments, facts }) => ({
      environments,
      ...simulateOwner({ factsPerDay: facts / days, days, retentionDays, lateDays }, sealing, terms),
    }));
    print(name, played);
  }
});

/** Ranks in powers of two; each stands for the ranks up to the next, with their mean. */
function zipf(environments, facts) {
  const harmonic = (from, to) =>
    Array.from({ length: to - from }, (_, i) => 1 / (from + i)).reduce((a, b) => a + b, 0);
  const all = harmonic(1, environments + 1);
  const classes = [];
  for (let from = 1; from <= environments; from *= 2) {
    const to = Math.min(from * 2, environments + 1);
    classes.push({ environments: to - from, facts: (facts * harmonic(from, to)) / all / (to - from) });
  }
  return classes;
}

function print(name, played) {
  const total = (value) =>
    played.reduce((sum, one) => sum + (one.environments * value(one) * days) / one.playedDays, 0);
  const facts = total((one) => one.facts);
  const segmentsOf = ({ segments, playedDays }) => (segments.length * days) / playedDays;
  const [largest] = played.toSorted((a, b) => segmentsOf(b) - segmentsOf(a));
  const listed = ({ segments, playedDays }, rangeDays) =>
    segments.filter(({ lastMs }) => lastMs >= (playedDays - rangeDays) * dayMs).length;
  const share = (condition) =>
    total(({ segments }) => segments.filter(condition).reduce((sum, one) => sum + one.facts, 0)) / facts;
  const percent = (value) => `${(value * 100).toFixed(1)} %`;
  const seconds = days * 86_400;
  const rows = [
    ['facts, TB', `${facts.toExponential(1)}, ${((facts * bytesOfFact) / 1e12).toFixed(2)}`],
    [
      'segments, mean MB',
      `${Math.round(total((one) => one.segments.length))}, ${((facts * bytesOfFact) / total((one) => one.segments.length) / 1e6).toFixed(1)}`,
    ],
    ['bytes in segments of 100 MB or more', percent(share((one) => one.facts * bytesOfFact >= 100e6))],
    ['  of 20 MB or more', percent(share((one) => one.facts * bytesOfFact >= 20e6))],
    [
      'largest environment: segments, of the last month, of the last day',
      `${Math.round(segmentsOf(largest))}, ${listed(largest, 30)}, ${listed(largest, 1)}`,
    ],
    ['  bytes of its list of a month', `${((listed(largest, 30) * bytesOfListed) / 1e6).toFixed(2)} MB`],
    [
      'bytes written for each byte ingested, with sealing',
      (1 + total((one) => one.written) / facts).toFixed(2),
    ],
    ['seals a second', (total((one) => one.seals) / seconds).toFixed(2)],
    [
      'merges a second, segments of a merge',
      `${(total((one) => one.merges) / seconds).toFixed(2)}, ${(
        total((one) => one.merged) /
        Math.max(
          1,
          total((one) => one.merges),
        )
      ).toFixed(1)}`,
    ],
  ];
  console.log(name);
  for (const [label, value] of rows) console.log(`  ${label.padEnd(66)} ${value}`);
  console.log();
}
