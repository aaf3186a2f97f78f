import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  eventually,
  sharedSystem,
  temporaryFolder,
  type TemporaryFolder,
  type TestSystem,
} from '@hourglass/testing';
import {
  askKeystone,
  details,
  history,
  level,
  masked,
  newToken,
  sample,
  sendRecords,
  subscription,
} from './keystone.ts';
import { runCli } from './run-cli.ts';

describe('the consumption of a customer', () => {
  let system: TestSystem;
  let folder: TemporaryFolder;
  /** Bound to `prod`. */
  let token: string;
  beforeAll(async () => {
    [system, folder] = await Promise.all([sharedSystem('worker'), temporaryFolder()]);
    token = await newToken(system, { environment: 'prod' });
    await send('customers', [
      { id: 'c1', name: 'Customer "One"' },
      { id: 'empty', name: 'Nothing yet' },
    ]);
    await send('subscriptions', [
      subscription('A-2', 'c1', { account_name: 'Second', end_date: '2025-01-01T00:00:00Z' }),
      subscription('A-1', 'c1', { account_name: 'First' }),
    ]);
    await send('service_levels', [
      level('A-1', 'Performance', 10.5),
      level('A-1', 'Extreme', '999999999999999999.999999'),
    ]);
    await send('samples', [
      sample('A-1', 'Performance', '2023-08-24T14:15:22Z', ['10.500000', 12.25, 1.75, 0.5], true),
      sample('A-1', 'Performance', '2023-08-25T00:00:00.5+02:00', [
        '10.5',
        '3',
        '0',
        '123456789012345678.000001',
      ]),
      // This service level has samples, but no record.
      sample('A-2', 'Unlisted', '2023-08-24T00:00:00Z', [1, 2, 3, 4]),
    ]);
  });
  afterAll(async () => {
    await system.stop();
    await folder.remove();
  });

  const send = (set: string, records: readonly object[]) => sendRecords(system.client, set, records);
  const ask = (call: string, query: string, asking = token) =>
    askKeystone(system, { call, query, token: asking });

  async function ranged(first: string, last: string, id = 'c1'): Promise<string[]> {
    const query = new URLSearchParams({ type: 'customer', id, from_date_utc: first, to_date_utc: last });
    const { status, text } = await ask(history, String(query));
    expect([status, text]).toEqual([200, expect.any(String)]);
    return [...text.matchAll(/"timestamp_utc":"([^"]+)"/g)].map(([, time = '']) => time);
  }

  describe('of the present', () => {
    test("is returned as in the contract's sample: all values are strings, in its order", async () => {
      const { status, text, requestId } = await ask(details, 'type=customer&id=c1');
      expect(status).toBe(200);
      expect(text).toContain(`"request_id":"${requestId}"`);
      expect(masked(text)).toBe(
        '{"result":{"returned_records":"2","records":[' +
          '{"subscription":{"account_name":"First","number":"A-1","start_date":"2023-01-01T00:00:00Z","end_date":""},' +
          '"service_levels":[' +
          '{"name":"Extreme","committed_tib":"999999999999999999.999999","consumed_tib":"0",' +
          '"consumed_timestamp_utc":"","burst_tib":"0","accrued_burst_tib":"0"},' +
          '{"name":"Performance","committed_tib":"10.5","consumed_tib":"3",' +
          '"consumed_timestamp_utc":"2023-08-24T22:00:00.5Z","burst_tib":"0",' +
          '"accrued_burst_tib":"123456789012345678.000001"}]},' +
          '{"subscription":{"account_name":"Second","number":"A-2","start_date":"2023-01-01T00:00:00Z",' +
          '"end_date":"2025-01-01T00:00:00Z"},"service_levels":[' +
          '{"name":"Unlisted","committed_tib":"1","consumed_tib":"2",' +
          '"consumed_timestamp_utc":"2023-08-24T00:00:00Z","burst_tib":"3","accrued_burst_tib":"4"}]}],' +
          '"request_id":"…","response_time":"…"}}',
      );
    });

    test('has no records if there are no subscriptions', async () => {
      expect(masked((await ask(details, 'type=customer&id=empty')).text)).toBe(
        '{"result":{"returned_records":"0","records":[],"request_id":"…","response_time":"…"}}',
      );
    });
  });

  describe('over a range', () => {
    test("is returned as in the contract's sample: sizes are numbers with exactly the stored digits", async () => {
      const query = 'type=customer&id=c1&from_date_utc=2023-08-24T14%3A15%3A22Z&to_date_utc=2023-08-24';
      const { status, text, requestId } = await ask(history, query);
      expect(status).toBe(200);
      expect(text).toContain(`"request_id":"${requestId}"`);
      expect(masked(text)).toBe(
        '{"results":{"returned_records":2,"records":[' +
          '{"subscription":{"account_name":"First","number":"A-1","start_date":"2023-01-01T00:00:00Z","end_date":""},' +
          '"service_levels":[{"name":"Extreme","historical_consumption":[]},' +
          '{"name":"Performance","historical_consumption":[' +
          '{"committed_tib":10.5,"consumed_tib":12.25,"timestamp_utc":"2023-08-24T14:15:22Z","burst_tib":1.75,' +
          '"accrued_burst_tib":0.5,"is_invoiced":true},' +
          '{"committed_tib":10.5,"consumed_tib":3,"timestamp_utc":"2023-08-24T22:00:00.5Z","burst_tib":0,' +
          '"accrued_burst_tib":123456789012345678.000001,"is_invoiced":false}]}]},' +
          '{"subscription":{"account_name":"Second","number":"A-2","start_date":"2023-01-01T00:00:00Z",' +
          '"end_date":"2025-01-01T00:00:00Z"},"service_levels":[{"name":"Unlisted","historical_consumption":[]}]}],' +
          '"request_parameters":{"from_date_utc":"2023-08-24T14:15:22Z","to_date_utc":"2023-08-24",' +
          '"customer_id":"c1"},"request_id":"…","response_time":"…",' +
          String.raw`"customer":{"name":"Customer \"One\"","id":"c1"}}}`,
      );
    });

    test('includes both ends, to the microsecond, in any zone; a date alone means the whole day', async () => {
      const times = ['2023-08-24T00:00:00Z', '2023-08-24T14:15:22Z', '2023-08-24T22:00:00.5Z'];
      const [first = '', second = '', third = ''] = times;
      const inOrder = async (from: string, to: string) => (await ranged(from, to)).toSorted();
      expect(await inOrder('2023-08-24', '2023-08-24')).toEqual(times);
      expect(await inOrder(second, second)).toEqual([second]);
      expect(await inOrder('2023-08-24T16:15:22+02:00', '2023-08-24T22:00:00.499999Z')).toEqual([second]);
      expect(await inOrder('2023-08-24T14:15:22.000001Z', '2023-08-24T22:00:00.500000Z')).toEqual([third]);
      expect(await inOrder('2023-08-23', first)).toEqual([first]);
      expect(await inOrder('0001-01-01', '9999-12-31')).toEqual(times);
      expect(await inOrder('2023-08-25', '2023-08-25')).toEqual([]);
    });

    test('keeps every digit of 18 before the point and 6 after it', async () => {
      let runs = 0;
      const size = fc
        .tuple(fc.bigInt(0n, 10n ** 18n - 1n), fc.bigInt(0n, 999_999n))
        .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(6, '0')}`);
      const row = fc.tuple(size, size, size, size);
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 50 }), async (rows) => {
          // A separate customer, because a sample of an earlier run could be the newest.
          const id = `digits-${(runs += 1)}`;
          await send('customers', [{ id, name: 'Digits' }]);
          await send('subscriptions', [subscription(id, id)]);
          const times = rows.map((_, index) => new Date(Date.UTC(2024, 0, 1) + index * 1000).toISOString());
          await send(
            'samples',
            rows.map((sizes, index) => sample(id, 'Level', times[index] ?? '', sizes)),
          );
          const last = times.at(-1) ?? '';
          const query = `type=customer&id=${id}&from_date_utc=2024-01-01&to_date_utc=${last}`;
          const { text } = await ask(history, query);
          const numbers = [...text.matchAll(/_tib":([^,]+),/g)].map(([, digits]) => digits);
          expect(numbers).toEqual(rows.flat().map((digits) => digits.replace(/\.?0+$/, '')));
          // The newest sample, with sizes as strings.
          const current = (await ask(details, `type=customer&id=${id}`)).text;
          expect([...current.matchAll(/_tib":"([^"]+)"/g)].map(([, digits]) => digits)).toEqual(
            numbers.slice(-4),
          );
        }),
        { numRuns: 15 },
      );
    });

    test('has the same sums as a query on the dataset and as the imported rows', async () => {
      await send('customers', [{ id: 'sums', name: 'Sums' }]);
      await send('subscriptions', [subscription('S-1', 'sums'), subscription('S-2', 'sums')]);
      const [random] = fc.sample(
        fc.array(
          fc.tuple(fc.constantFrom('S-1', 'S-2'), fc.constantFrom('Value', 'Extreme'), thousandths()),
          {
            minLength: 300,
            maxLength: 300,
          },
        ),
        { numRuns: 1, seed: 20240229 },
      );
      // Six samples a day over a leap day and the end of a year.
      const rows = (random ?? []).map(([number, name, thousandth], index) => {
        const day = index < 150 ? Date.UTC(2024, 1, 20) : Date.UTC(2024, 11, 20);
        const time = new Date(day + (index % 150) * 4 * 3_600_000).toISOString();
        return { number, name, thousandth, time };
      });
      await send(
        'samples',
        rows.map(({ number, name, thousandth, time }) =>
          sample(number, name, time, [10, thousandth / 1000, 0, 0]),
        ),
      );
      const [from, to] = ['2024-02-28T12:00:00Z', '2025-01-03T12:00:00Z'];
      const expected = new Map<string, number>();
      for (const { number, name, thousandth, time } of rows) {
        if (Date.parse(time) < Date.parse(from) || Date.parse(time) >= Date.parse(to)) continue;
        const key = `${number} ${name}`;
        expected.set(key, (expected.get(key) ?? 0) + thousandth);
      }
      expect(expected.size).toBe(4);

      const last = '2025-01-03T11:59:59.999999Z';
      const query = `type=customer&id=sums&from_date_utc=${from}&to_date_utc=${last}`;
      const answer = JSON.parse((await ask(history, query)).text) as {
        results: {
          records: {
            subscription: { number: string };
            service_levels: { name: string; historical_consumption: { consumed_tib: number }[] }[];
          }[];
        };
      };
      const answered = answer.results.records.flatMap(({ subscription: { number }, service_levels }) =>
        service_levels.map(({ name, historical_consumption }) => {
          const thousandthsOf = historical_consumption.map(({ consumed_tib }) =>
            Math.round(consumed_tib * 1000),
          );
          return [`${number} ${name}`, thousandthsOf.reduce((sum, one) => sum + one, 0)] as const;
        }),
      );
      expect(new Map(answered)).toEqual(expected);

      const report = await system.client.report({
        dataset: 'consumption',
        metrics: [{ name: 'consumed_tib', function: 'sum', alias: 'consumed' }],
        dimensions: ['subscription', 'service_level'],
        filter: "customer_id eq 'sums'",
        timeRange: { start: from, end: to },
      });
      const reported = report
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, string | number>)
        .map(
          (row) =>
            [
              `${row['subscription']} ${row['service_level']}`,
              Math.round(Number(row['consumed']) * 1000),
            ] as const,
        );
      expect(new Map(reported)).toEqual(expected);
    });
  });

  test('is logged with its request id, also when refused, and without a token', async () => {
    const answers = [
      await ask(details, 'type=customer&id=c1'),
      await ask(details, 'type=customer&id=nobody'),
      await ask(details, 'type=customer&id=c1', 'hg_a_wrong_token'),
    ];
    for (const { requestId, status } of answers) {
      const line = await eventually(
        'the request is in the log',
        async () => (await system.apiLog()).find((one) => one.includes(requestId)) ?? null,
      );
      expect(JSON.parse(line)).toMatchObject({ msg: 'request', requestId, status, method: 'GET' });
    }
    const log = (await system.apiLog()).join('\n');
    for (const secret of [token, 'hg_a_wrong_token']) expect(log).not.toContain(secret);
  });

  test('is imported from CSV, replaced by key when imported again, and faults name line and field', async () => {
    const file = path.join(folder.path, 'samples.csv');
    const header =
      'subscription,service_level,timestamp_utc,committed_tib,consumed_tib,burst_tib,accrued_burst_tib,is_invoiced\n';
    const place = [
      '--org',
      system.organization,
      '--env',
      'prod',
      '--dataset',
      'consumption.samples',
      '--format',
      'csv',
    ];
    const imported = async (rows: string) => {
      await writeFile(file, header + rows);
      return runCli(system, 'import', ...place, file);
    };
    const sizesOf = async () => {
      const { text } = await ask(
        history,
        'type=customer&id=csv&from_date_utc=2024-05-01&to_date_utc=2024-05-31',
      );
      return [...text.matchAll(/"consumed_tib":([^,]+),.*?"is_invoiced":(\w+)/g)].map(
        ([, size, invoiced]) => [size, invoiced],
      );
    };
    await send('customers', [{ id: 'csv', name: 'CSV' }]);
    await send('subscriptions', [subscription('C', 'csv')]);

    const two =
      'C,Value,2024-05-01T00:00:00Z,1,123456789012345678.000001,0,0,false\nC,Value,2024-05-02,1,2.50,0,0,true\n';
    expect(await imported(two)).toMatchObject({ code: 0 });
    expect(await sizesOf()).toEqual([
      ['123456789012345678.000001', 'false'],
      ['2.5', 'true'],
    ]);
    expect(await imported('C,Value,2024-05-02,1,2.75,0,0,false\n')).toMatchObject({ code: 0 });
    expect(await sizesOf()).toEqual([
      ['123456789012345678.000001', 'false'],
      ['2.75', 'false'],
    ]);

    const refused = await imported(
      'C,Value,2024-05-03,1,9,0,0,true\nC,Value,2024-05-04,1,0.1234567,0,0,true\nC,,2024-05-32,x,1,0,0,maybe\n',
    );
    expect(refused.code).toBe(1);
    for (const fault of [
      'line 3, consumed_tib',
      'line 4, timestamp_utc',
      'line 4, committed_tib',
      'line 4, is_invoiced',
    ])
      expect(refused.output).toContain(fault);
    expect(await sizesOf()).toHaveLength(2);
  });
});

function thousandths(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 5_000_000 });
}
