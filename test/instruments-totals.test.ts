import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSystem, type RunningSystem } from '@hourglass/testing';
import { instrumentsClient, queryOf, type InstrumentsClient } from './instruments-client.ts';
import {
  eventfulTimesMs,
  figuresOf,
  happenings,
  modelEquipment,
  recordsOf,
  type Happened,
} from './instruments-model.ts';

const seed = Math.floor(Math.random() * 2 ** 31);
const timeZone = 'Europe/Berlin';
const happened: readonly Happened[] = fc
  .sample(happenings, { seed, numRuns: 3_000 })
  .map((one, index) => ({ ...one, id: `r${index}` }));
const dashboardKinds = ['charge', 'follow', 'record', 'sample', 'status', 'training'] as const;
const chartKinds = ['charge', 'record', 'sample', 'status', 'training'] as const;

/** Swedish times have the contract's format. */
const localTimes = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
const localTextOf = (ms: number) => localTimes.format(ms);
/** A repeated local time is the first hour at the start of a range, the second one at its end. */
const isShownTwice = (ms: number) =>
  ms >= Date.parse('2024-10-27T00:00Z') && ms < Date.parse('2024-10-27T02:00Z');

interface Range {
  readonly startMs: number;
  /** Its last second, included. */
  readonly lastMs: number;
}

const unambiguousSeconds = eventfulTimesMs
  .filter((ms) => !isShownTwice(ms))
  .map((ms) => Math.floor(ms / 1000) * 1000);
const ranges: fc.Arbitrary<Range> = fc
  .tuple(unambiguousSeconds, unambiguousSeconds)
  .map(([one, other]) => ({ startMs: Math.min(one, other), lastMs: Math.max(one, other) }));
const everything: Range = { startMs: Date.parse('2023-12-30'), lastMs: Date.parse('2024-10-30') };
const equipmentAsked = fc.uniqueArray(fc.constantFrom(...modelEquipment), { minLength: 1 });

function within({ startMs, lastMs }: Range, equipment: readonly string[]): readonly Happened[] {
  return happened.filter(
    (one) => one.atMs >= startMs && one.atMs < lastMs + 1000 && equipment.includes(one.equipment),
  );
}

/** Computes the response of /dashboard in a plain loop, with all numbers as strings. */
function expectedDashboard(range: Range, equipment: readonly string[]): object {
  const told = within(range, equipment);
  return Object.fromEntries(
    dashboardKinds.map((kind) => {
      const ofKind = told.filter((one) => one.kind === kind);
      const detail = equipment.flatMap((id) => {
        const ofOne = ofKind.filter((one) => one.equipment === id);
        return ofOne.length === 0 ? [] : [{ equipment: id, ...figuresOf(kind, ofOne) }];
      });
      return [kind, { total: figuresOf(kind, ofKind), detail }];
    }),
  );
}

/** Computes the response of /charts in a plain loop, with all numbers as strings. */
function expectedCharts(range: Range, equipment: readonly string[], unit: 'day' | 'month'): object {
  const told = within(range, equipment);
  return Object.fromEntries(
    chartKinds.map((kind) => {
      const byDate = new Map<string, Happened[]>();
      for (const one of told.filter((some) => some.kind === kind)) {
        const date = localTextOf(one.atMs).slice(0, unit === 'day' ? 10 : 7);
        byDate.set(date, [...(byDate.get(date) ?? []), one]);
      }
      const detail = [...byDate.keys()]
        .toSorted()
        .map((date) => ({ date, ...figuresOf(kind, byDate.get(date) ?? []) }));
      return [kind, { detail }];
    }),
  );
}

describe(`totals over clock changes, a leap day and the end of a year (seed ${seed})`, () => {
  let system: RunningSystem;
  let client: InstrumentsClient;
  beforeAll(async () => {
    system = await startSystem({ env: { HOURGLASS_TIME_ZONE: timeZone } });
    client = await instrumentsClient(system);
    for (const kind of dashboardKinds) {
      const { set, record } = recordsOf[kind];
      await client.store(set, happened.filter((one) => one.kind === kind).map(record));
    }
  });
  afterAll(() => system.stop());

  async function ask(path: string, range: Range, fields: Record<string, string | readonly string[]>) {
    const time = ['bt', localTextOf(range.startMs), localTextOf(range.lastMs)];
    const { status, text } = await client.get(path, queryOf({ ...fields, time }));
    expect([status, text]).toEqual([200, expect.anything()]);
    // Numbers become strings, which keep every digit.
    return JSON.parse(text.replaceAll(/:(-?[\d.]+)(?=[,}])/g, ':"$1"')) as Record<string, { total: object }>;
  }

  test('from /dashboard and /charts, by day and by month, equal those of a loop over the rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(ranges, fc.constant(everything)),
        equipmentAsked,
        async (range, equipment) => {
          expect(await ask('/dashboard', range, { equipment, resource: dashboardKinds })).toEqual(
            expectedDashboard(range, equipment),
          );
          for (const unit of ['day', 'month'] as const) {
            expect(await ask('/charts', range, { equipment, resource: chartKinds, unit })).toEqual(
              expectedCharts(range, equipment, unit),
            );
          }
        },
      ),
      { seed, numRuns: 60, examples: [[everything, modelEquipment]] },
    );
  });

  test('from an asynchronous query on the dataset are the same', async () => {
    const [random] = fc.sample(ranges, { seed, numRuns: 1 });
    for (const range of [everything, random ?? everything]) {
      const query = {
        dataset: 'instruments',
        metrics: Object.values(metricsOf)
          .flat()
          .map((name) => ({ name, alias: name })),
        filter: `(equipment in ${modelEquipment.map((id) => `'${id}'`).join(',')})`,
        timeRange: {
          start: new Date(range.startMs).toISOString(),
          end: new Date(range.lastMs + 1000).toISOString(),
        },
      };
      const [line = ''] = (await system.client.report(query)).split('\n');
      const row = JSON.parse(line) as Record<string, string | number | null>;
      const dashboard = await ask('/dashboard', range, {
        equipment: modelEquipment,
        resource: dashboardKinds,
      });
      for (const kind of dashboardKinds) {
        const told = Object.fromEntries(metricsOf[kind].map((name) => [name, String(row[name] ?? 0)]));
        expect([kind, told]).toEqual([kind, dashboard[kind]?.total]);
      }
    }
  });
});

const metricsOf = {
  charge: ['charge_amount'],
  follow: ['follow_numbers'],
  record: ['use_numbers', 'service_times', 'service_time'],
  sample: ['sample_times'],
  status: ['break_time', 'break_times'],
  training: ['training_times', 'approved_times'],
};
