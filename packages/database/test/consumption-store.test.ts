import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseWithTenant, type DatabaseWithTenant } from './database-with-tenant.ts';

const range = { first: '2024-01-01T00:00:00.000000Z', last: '2024-01-03T00:00:00.000000Z' };

describe('the history of a consumption', () => {
  let db: DatabaseWithTenant;
  beforeAll(async () => {
    db = await databaseWithTenant();
    const { environmentId } = db.tenant;
    await db.sql(`insert into consumption_customers values ($1, 1, 'c1', 'One'), ($1, 1, 'c2', 'Two')`, [
      environmentId,
    ]);
    await db.sql(
      `insert into consumption_subscriptions
       values ($1, 1, 'a', 'c1', 'A', '2024-01-01', null), ($1, 1, 'b', 'c1', 'B', '2024-01-01', null),
              ($1, 1, 'none', 'c1', 'N', '2024-01-01', null), ($1, 1, 'other', 'c2', 'O', '2024-01-01', null)`,
      [environmentId],
    );
    await db.sql(`insert into consumption_service_levels values ($1, 1, 'a', 'Empty', 1)`, [environmentId]);
    // Three samples of c1 in the range, one on each side of it, and more samples of another
    // customer.
    await db.sql(
      `insert into consumption_samples
       select $1, 1, v.subscription, v.service_level, v.day::timestamptz, 1, 1, 1, 1, false
         from (values ('a', 'X', '2024-01-01Z'), ('a', 'Y', '2024-01-03Z'), ('b', 'X', '2024-01-02Z'),
                      ('a', 'X', '2023-12-31 23:59:59.999999Z'), ('b', 'X', '2024-01-03 00:00:00.000001Z'),
                      ('other', 'X', '2024-01-02Z'), ('other', 'Y', '2024-01-02Z')) v (subscription, service_level, day)`,
      [environmentId],
    );
  });
  afterAll(() => db.close());

  const history = (customerId: string, maxSamples: number) =>
    db.database.consumption.history(db.tenant, customerId, { range, maxSamples });

  test('may have exactly the allowed number of samples; levels without samples do not count', async () => {
    const found = await history('c1', 3);
    const times = found?.subscriptions.map(({ number, serviceLevels }) => [
      number,
      serviceLevels.map(({ name, samples }) => [name, samples.map(({ timestampUtc }) => timestampUtc)]),
    ]);
    expect(times).toEqual([
      [
        'a',
        [
          ['Empty', []],
          ['X', ['2024-01-01T00:00:00Z']],
          ['Y', ['2024-01-03T00:00:00Z']],
        ],
      ],
      ['b', [['X', ['2024-01-02T00:00:00Z']]]],
      ['none', []],
    ]);
  });

  test("is refused with one more sample; other customers' samples do not count", async () => {
    await expect(history('c1', 2)).rejects.toMatchObject({
      code: 'consumption.too_large',
      message: expect.stringMatching(
        /more than 2 samples; .* shorter range, or submit a query on the dataset/,
      ),
    });
    await expect(history('c1', 1)).rejects.toMatchObject({ code: 'consumption.too_large' });
    expect((await history('c2', 2))?.subscriptions).toHaveLength(1);
  });

  test('is null for an unknown customer', async () => {
    expect(await history('c3', 2)).toBeNull();
    expect(await db.database.consumption.current(db.tenant, 'c3')).toBeNull();
  });
});
