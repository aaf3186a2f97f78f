import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instrumentsError } from '@hourglass/contract';
import { leastProcessorMs, sharedSystem, type TestSystem } from '@hourglass/testing';
import {
  instrumentsClient,
  keyed,
  queryOf,
  type Fields,
  type InstrumentsClient,
} from './instruments-client.ts';

/** Bound of the API's processor time for one request. */
const maxMs = 50;

const day = ['bt', '2020-01-01 00:00:00', '2020-01-01 23:59:59'];
const asked: Fields = { equipment: ['a'], resource: ['charge'], time: day };
const charted: Fields = { ...asked, unit: 'day' };

const without = (fields: Fields, name: string): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));
const timed = (...time: string[]) => queryOf({ ...charted, time });
const ids = (count: number) => Array.from({ length: count }, (_, index) => `i${index}`);

/** Query strings of `/charts` and the messages of their errors. */
const wrongCharts: readonly (readonly [title: string, query: string, says: RegExp])[] = [
  ['nothing', '', /equipment: .*; resource: .*; time: .*; unit: /],
  ['no equipment', queryOf(without(charted, 'equipment')), /equipment: expected 1 to 2000 ids/],
  ['no resource', queryOf(without(charted, 'resource')), /resource: expected one or more of charge, record/],
  ['no time', queryOf(without(charted, 'time')), /time: expected bt and two times/],
  ['no unit', queryOf(without(charted, 'unit')), /unit: expected day, month/],
  [
    'an empty equipment',
    queryOf({ ...charted, equipment: ['a', ''] }),
    /equipment: expected the id .*, found ""/,
  ],
  ['an empty array', queryOf({ ...charted, equipment: '[]' }), /equipment: expected 1 to 2000 ids/],
  ['an array of numbers', queryOf({ ...charted, equipment: '[1]' }), /equipment: begins with \[/],
  ['an array that does not end', queryOf({ ...charted, equipment: '["a"' }), /equipment: begins with \[/],
  [
    '10,000 brackets',
    `${queryOf(without(charted, 'equipment'))}&equipment=${'['.repeat(10_000)}`,
    /equipment: found objects and arrays nested/,
  ],
  ['two arrays', `${queryOf(charted)}&resource=[]`, /resource: given as a plain key and as a JSON array/],
  [
    'two forms of equipment',
    `${queryOf(charted)}&equipment[]=b`,
    /equipment: given as a plain key and as a key with \[\]; expected one of these forms/,
  ],
  [
    'a number twice',
    `${queryOf(without(charted, 'equipment'))}&equipment[0]=a&equipment[0]=b`,
    /equipment: a number is given more than once/,
  ],
  [
    'an array twice',
    `${queryOf({ ...without(charted, 'equipment'), equipment: '["a"]' })}&equipment=["b"]`,
    /equipment: given more than once/,
  ],
  ['a NUL', queryOf({ ...charted, equipment: 'a\0' }), /equipment: contains a NUL/],
  [
    'a resource that does not exist',
    queryOf({ ...charted, resource: ['charge', 'chrage'] }),
    /resource: expected charge, .*, found "chrage"/,
  ],
  [
    'a resource of the dashboard',
    queryOf({ ...charted, resource: 'follow' }),
    /resource: expected charge, .*, found "follow"/,
  ],
  ['101 resources', queryOf({ ...charted, resource: ids(101) }), /resource: expected one or more of/],
  ['another operator of time', timed('eq', ...day.slice(1)), /time: expected bt, found "eq"/],
  ['one time', timed('bt', '2020-01-01 00:00:00'), /time: expected bt and two times/],
  ['three times', timed(...day, '2020-01-01 00:00:00'), /time: expected bt and two times/],
  ['times without bt', timed(...day.slice(1)), /time: expected bt/],
  [
    'a reversed time',
    timed('bt', '2020-01-01 00:00:01', '2020-01-01 00:00:00'),
    /time: expected a time at or after/,
  ],
  [
    'a day only',
    timed('bt', '2020-01-01', '2020-01-02'),
    /time: expected a time as YYYY-MM-DD HH:MM:SS, found "2020-01-01"/,
  ],
  ['a time with a zone', timed('bt', '2020-01-01T00:00:00Z', day[2] ?? ''), /time: expected a time as/],
  [
    'a day that does not exist',
    timed('bt', '2021-02-29 00:00:00', '2021-03-01 00:00:00'),
    /time: expected an existing date and time of day, found "2021-02-29/,
  ],
  [
    'the hour 24',
    timed('bt', '2021-02-28 00:00:00', '2021-02-28 24:00:00'),
    /time: expected an existing date and time of day, found/,
  ],
  [
    'a second 60',
    timed('bt', '2021-02-28 00:00:00', '2021-02-28 23:59:60'),
    /time: expected an existing date and time of day, found/,
  ],
  ['the year 999', timed('bt', '0999-02-28 00:00:00', day[2] ?? ''), /time: expected a time as/],
  [
    'a day more than there may be',
    timed('bt', '2000-01-01 00:00:00', '2100-03-17 00:00:00'),
    /time: expected at most 36600 buckets of the unit/,
  ],
  [
    'a month more than there may be',
    queryOf({ ...charted, unit: 'month', time: ['bt', '1000-01-31 00:00:00', '4050-01-01 00:00:00'] }),
    /time: expected at most 36600 buckets of the unit/,
  ],
  ['a week', queryOf({ ...charted, unit: 'week' }), /unit: expected day, month, found "week"/],
  ['a unit twice', `${queryOf(charted)}&unit=day`, /unit: given more than once/],
  [
    'a list of units',
    `${queryOf(without(charted, 'unit'))}&unit[]=day`,
    /Unknown query parameter "unit\[\]"/,
  ],
  ['another word for true', queryOf({ ...charted, fill: '1' }), /fill: expected true, false, found "1"/],
  [
    'a misspelled parameter',
    queryOf({ ...charted, equipments: 'a' }),
    /Unknown query parameter "equipments"; expected equipment, resource, time, unit, fill/,
  ],
  [
    'a parameter of an object',
    `${queryOf(charted)}&equipment[a]=b`,
    /Unknown query parameter "equipment\[a\]"/,
  ],
  ['another object', `${queryOf(charted)}&__proto__[a]=b`, /Unknown query parameter "__proto__\[a\]"/],
];

/** Bodies of `/charts` and their errors. */
const wrongBodies: readonly (readonly [title: string, body: string, status: number, says: RegExp])[] = [
  ['not JSON', '{"equipment":', 400, /not JSON/],
  ['an array', '["a"]', 400, /body: expected object/],
  ['another field', JSON.stringify({ ...charted, equipments: [] }), 400, /equipments: unknown property/],
  ['a text for a list', JSON.stringify({ ...charted, equipment: 'a' }), 400, /equipment: expected array/],
  ['numbers', JSON.stringify({ ...charted, equipment: [1] }), 400, /equipment\[0\]: expected string/],
  ['a text for fill', JSON.stringify({ ...charted, fill: 'true' }), 400, /fill: expected boolean/],
  ['a NUL', JSON.stringify({ ...charted, equipment: ['\0'] }), 400, /equipment: contains a NUL/],
  [
    'half a character',
    JSON.stringify({ ...charted, equipment: ['\ud800'] }),
    400,
    /equipment: contains a NUL .* or half/,
  ],
  [
    'an instrument too many',
    JSON.stringify({ ...charted, equipment: ids(2_001) }),
    400,
    /equipment: expected 1 to 2000/,
  ],
  [
    '9,900 resources',
    JSON.stringify({ ...charted, resource: ids(9_900) }),
    400,
    /resource: expected one or more of/,
  ],
  [
    'more values than are read',
    JSON.stringify({ ...charted, equipment: ids(10_000) }),
    400,
    /more than 10000 values/,
  ],
  ['too large', JSON.stringify({ equipment: ['x'.repeat(300_000)] }), 413, /larger than 262144 bytes/],
];

describe('an invalid request for statistics of instruments', () => {
  let system: TestSystem;
  let client: InstrumentsClient;
  beforeAll(async () => {
    system = await sharedSystem('api');
    client = await instrumentsClient(system);
  });
  afterAll(() => system.stop());

  async function refusal(ask: () => Promise<{ status: number; text: string }>) {
    let answer = { status: 0, text: '' };
    const work = async () => {
      answer = await ask();
    };
    expect(await leastProcessorMs(system.url, work, { untilMs: maxMs })).toBeLessThanOrEqual(maxMs);
    return { status: answer.status, message: instrumentsError.parse(JSON.parse(answer.text)).error.message };
  }

  test.each(wrongCharts)(
    'with %s is a 400 that names it, within 50 ms of processor time',
    async (_, query, says) => {
      const { status, message } = await refusal(() => client.get('/charts', query));
      expect([status, message]).toEqual([400, expect.stringMatching(says)]);
    },
  );

  test.each(wrongBodies)(
    'with a body that is or has %s is refused, within 50 ms of processor time',
    async (_, body, expected, says) => {
      const { status, message } = await refusal(() => client.getWithBody('/charts', body));
      expect([status, message]).toEqual([expected, expect.stringMatching(says)]);
    },
  );

  test('of the dashboard with a parameter of charts is a 400 that names it', async () => {
    for (const [query, says] of [
      [queryOf(charted), /Unknown query parameter "unit"; expected equipment, resource, time/],
      [queryOf({ ...asked, fill: 'true' }), /Unknown query parameter "fill"/],
      [
        queryOf({ ...asked, resource: 'week' }),
        /resource: expected charge, follow, record, sample, status, training/,
      ],
    ] as const) {
      const { status, message } = await refusal(() => client.get('/dashboard', query));
      expect([status, message]).toEqual([400, expect.stringMatching(says)]);
    }
  });

  test('with a field in both the query string and the body is a 400 that names it', async () => {
    const { status, message } = await refusal(() =>
      client.getWithBody(`/dashboard?${keyed(asked, (name) => `${name}[]`)}`, '{"equipment":["a"]}'),
    );
    expect([status, message]).toEqual([
      400,
      expect.stringContaining('equipment: given as a key with [] and as the JSON body'),
    ]);
  });

  test('with a form as body, or with another method, gets an error in the same format', async () => {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await refusal(() => client.getWithBody('/charts', '{}', form))).status).toBe(415);
    const post = async () => {
      const response = await fetch(`${system.url}/charts`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${system.token}` },
      });
      return { status: response.status, text: await response.text() };
    };
    expect(await refusal(post)).toEqual({
      status: 405,
      message: 'POST is not allowed on this path; expected GET or HEAD',
    });
  });
});
