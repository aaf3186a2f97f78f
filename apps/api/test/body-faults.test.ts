import { createUserBody, submitQueryBody } from '@hourglass/contract';
import { expect, test } from 'vitest';
import { checkBody } from '../src/http/body-faults.ts';

function messagesOf(body: unknown): Record<string, string> {
  const checked = checkBody(submitQueryBody, body);
  const faults = checked.ok ? [] : checked.faults;
  return Object.fromEntries(faults.map(({ field, message }) => [field, message]));
}

test('an unknown property of a body is answered with the properties of its object and the nearest', () => {
  const messages = messagesOf({
    metric: [],
    dimension: [],
    metrics: [{ name: 'message_count', fuction: 'sum' }],
    timeRange: { start: '2026-01-01T00:00:00Z', stop: '2026-01-02T00:00:00Z' },
    colour: 1,
  });
  expect(messages['metric']).toBe(
    `unknown property; expected ${Object.keys(submitQueryBody.shape).join(', ')}. Did you mean "metrics"?`,
  );
  expect(messages['dimension']).toMatch(/\. Did you mean "dimensions"\?$/);
  expect(messages['metrics[0].fuction']).toBe(
    'unknown property; expected name, function, percentile, alias, operator, value, as, within. ' +
      'Did you mean "function"?',
  );
  expect(messages['timeRange.stop']).toMatch(/^unknown property; expected start, end/);
  expect(messages['colour']).not.toContain('Did you mean');
});

test('many unknown properties repeat the known ones ten times only, so that the response stays small', () => {
  const names = Array.from({ length: 100 }, (_, index) => `unknown${index}`);
  const messages = Object.values(messagesOf(Object.fromEntries(names.map((name) => [name, 1]))));
  const listing = messages.filter((message) => message.startsWith('unknown property; expected dataset,'));
  expect([messages.length, listing.length]).toEqual([101, 10]);
  expect(messages.at(-1)).toBe('unknown property');
});

test('an unknown choice of a body is answered with the nearest', () => {
  const user = { email: 'a@example.com', password: 'long enough to be one', role: 'administrater' };
  const checked = checkBody(createUserBody, user);
  expect(checked.ok ? [] : checked.faults).toEqual([
    { field: 'role', message: expect.stringMatching(/Did you mean "administrator"\?$/) as string },
  ]);
});

test('invisible characters in names and values are shown by code point', () => {
  expect(messagesOf({ timeRange: 'last60minutes', limit: '10\u00a0000', 'filter\u200b': '' })).toEqual({
    limit: expect.stringContaining('found "10<U+00A0 no-break space>000"') as string,
    'filter<U+200B zero width space>': expect.stringMatching(
      /^unknown property; .*Did you mean "filter"\?$/,
    ) as string,
  });
});
