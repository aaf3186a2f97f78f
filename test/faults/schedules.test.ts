import { setTimeout as delay } from 'node:timers/promises';
import { savedReport, schedule } from '@hourglass/contract';
import { queryIdOf } from '@hourglass/reports';
import { eventually, printFigure } from '@hourglass/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { fullOrShort, patienceMs } from './fault-run.ts';
import {
  faultQuery,
  keepKillingWorkers,
  startFaultSystem,
  untilAllEnded,
  type FaultSystem,
} from './fault-system.ts';

let system: FaultSystem;
afterEach(() => system.stop());

/** Makes one schedule through the API and the others from it, all of them due at `due`. */
async function makeSchedules(
  count: number,
  { cron, due }: { cron: string; due: Date },
): Promise<readonly string[]> {
  const url = `${system.url}/v1/organizations/${system.organization}`;
  const post = async (path: string, body: object) => {
    const headers = { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' };
    return (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  // A scheduled query always runs.
  const { reuse: _, ...query } = faultQuery;
  const report = savedReport.parse(await post('/reports', { query })).name;
  const body = { report, cron, catchUp: 'all', enabled: false };
  const { id } = schedule.parse(await post('/environments/prod/schedules', body));
  await system.sql(
    `insert into schedules (id, environment_id, report_id, overrides, cron, time_zone, catch_up, skip_if_empty,
                            maker_id, made_by, token_id)
     select gen_random_uuid(), environment_id, report_id, overrides, cron, time_zone, catch_up, skip_if_empty,
            maker_id, made_by, token_id
       from schedules, generate_series(2, $2) where id = $1`,
    [id, count],
  );
  const rows = await system.sql<{ id: string }>(
    'update schedules set next_due_at = $1, wake_at = $1 returning id',
    [due.toISOString()],
  );
  return rows.map((row) => row.id);
}

const allMovedOn = (after: Date) =>
  eventually(
    'every schedule moves on',
    async () => {
      const [row] = await system.sql<{ left: number }>(
        'select count(*)::int as left from schedules where next_due_at <= $1',
        [after.toISOString()],
      );
      return row?.left === 0 ? true : null;
    },
    { timeoutMs: patienceMs },
  );

/** Compares the queries of the schedules with one for each due time. */
async function outcome(ids: readonly string[], dueTimes: readonly Date[]) {
  const expected = new Set(ids.flatMap((id) => dueTimes.map((due) => queryIdOf(id, due))));
  const queries = await system.sql<{ id: string; state: string }>(
    'select id, state::text from queries where schedule_id is not null',
  );
  const runs = await system.sql<{ query: string | null; state: string }>(
    'select query_id as query, state::text from schedule_runs',
  );
  const made = new Set(queries.map(({ id }) => id));
  return {
    lost: [...expected].filter((id) => !made.has(id)).length,
    doubled: queries.filter(({ id }) => !expected.has(id)).length,
    completed: queries.filter(({ state }) => state === 'completed').length,
    recorded: runs.filter(({ query, state }) => query !== null && made.has(query) && state === 'completed')
      .length,
    runs: runs.length,
  };
}

const allSettled = () =>
  eventually('every outcome is recorded', async () => {
    const open = await system.sql("select from schedule_runs where state in ('submitted', 'retrying')");
    return open.length === 0 ? true : null;
  });

describe('every due time is one query', () => {
  test(
    'while workers are killed repeatedly and clocks are set back',
    async () => {
      const count = fullOrShort(10, 4);
      const minutes = fullOrShort(60, 20);
      system = await startFaultSystem();
      const first = new Date('2026-03-02T00:00:00Z');
      const dueTimes = Array.from(
        { length: minutes },
        (_, minute) => new Date(first.getTime() + minute * 60_000),
      );
      const cron = `0-${minutes - 1} 0 2 3 *`;
      const ids = await makeSchedules(count, { cron, due: first });
      const killings = keepKillingWorkers(system, {
        ...{ everyMs: 2_000, workers: 3, maxKills: fullOrShort(Infinity, 6) },
      });
      // As after clocks that are set back: due times come again that were handled.
      let setBack = 0;
      for (const share of [0.2, 0.5, 0.8]) {
        const reached = dueTimes[Math.floor(minutes * share)] ?? first;
        await allMovedOn(reached);
        const rows = await system.sql(
          `update schedules set next_due_at = $1, wake_at = now() + random() * interval '1 second', refused_since = null
            where next_due_at is not null returning id`,
          [(dueTimes[Math.floor(minutes * share * Math.random())] ?? first).toISOString()],
        );
        setBack += rows.length;
        await delay(Math.random() * 500);
      }
      await allMovedOn(dueTimes.at(-1) ?? first);
      const killed = await killings.stop();
      await untilAllEnded(system);
      await allSettled();
      const due = count * minutes;
      const found = await outcome(ids, dueTimes);
      printFigure('schedules while workers are killed', {
        ...{ 'due times': due, 'workers killed': killed, 'set back': setBack },
        ...found,
      });
      expect(found).toEqual({ lost: 0, doubled: 0, completed: due, recorded: due, runs: due });
    },
    patienceMs,
  );

  test(
    'of a thousand schedules that are due in the same minute',
    async () => {
      const count = fullOrShort(1_000, 100);
      system = await startFaultSystem({
        env: { HOURGLASS_SCHEDULED_QUERIES: '1000', HOURGLASS_SCHEDULES: '1000' },
      });
      const [row] = await system.sql<{ due: Date }>(
        "select date_trunc('minute', now() + interval '70 seconds') as due",
      );
      const due = row?.due ?? new Date();
      const cron = `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
      const ids = await makeSchedules(count, { cron, due });
      const workers = [system.startWorker(), system.startWorker()];
      for (const worker of workers) await worker.lineWith((line) => (line.includes('"ready"') ? true : null));
      await allMovedOn(due);
      await untilAllEnded(system);
      await allSettled();
      const [times] = await system.sql<{ first: number; last: number; ended: number }>(
        `select extract(epoch from min(created_at) - $1)::float8 as first,
                extract(epoch from max(created_at) - $1)::float8 as last,
                extract(epoch from max(updated_at) - $1)::float8 as ended
           from queries where schedule_id is not null`,
        [due.toISOString()],
      );
      const found = await outcome(ids, [due]);
      printFigure('schedules due in one minute', {
        ...{ schedules: count, 'first submitted after s': times?.first ?? -1 },
        ...{ 'last submitted after s': times?.last ?? -1, 'last completed after s': times?.ended ?? -1 },
        ...found,
      });
      expect(found).toEqual({ lost: 0, doubled: 0, completed: count, recorded: count, runs: count });
    },
    patienceMs,
  );
});
