import { oneOf, wholeNumber } from '@hourglass/contract';
import { ReportError } from '@hourglass/reports';
import type { Request } from 'express';
import { expect, test } from 'vitest';
import { readParameters } from '../src/http/read-parameters.ts';
import type { Route } from '../src/http/route.ts';

const parameters = {
  limit: wholeNumber({ min: 1, max: 100 }).optional(),
  timeUnit: oneOf(['minute', 'hour', 'day']).optional(),
};

function errorOf(query: Readonly<Record<string, string | string[]>>): ReportError {
  try {
    readParameters({ query } as unknown as Request, { parameters } as unknown as Route);
  } catch (error) {
    if (error instanceof ReportError) return error;
    throw error;
  }
  throw new Error('the parameters were accepted');
}

test('every unknown parameter is named, with the nearest known one', () => {
  const error = errorOf({ timeunit: 'hour', x: '1' });
  expect(error).toMatchObject({
    code: 'request.unknown_parameter',
    message: 'Unknown query parameters "timeunit", "x"; expected limit, timeUnit. Did you mean "timeUnit"?',
  });
  expect(error.faults).toEqual([
    {
      field: 'timeunit',
      message: 'unknown query parameter; expected limit, timeUnit. Did you mean "timeUnit"?',
    },
    { field: 'x', message: 'unknown query parameter; expected limit, timeUnit' },
  ]);
});

test('unknown parameters and wrong values are reported together, in the message as well', () => {
  const error = errorOf({ limit: '0', timeUnit: 'hours', x: '1' });
  expect(error.code).toBe('request.unknown_parameter');
  expect(error.faults.map(({ field }) => field)).toEqual(['x', 'limit', 'timeUnit']);
  expect(error.message).toMatch(
    /^Unknown query parameter "x"; expected limit, timeUnit\. Also limit: expected .*, found "0"; timeUnit: .*found "hours"\. Did you mean "hour"\?$/,
  );
});

test('a single fault is counted as one, and an invisible character is shown by its code point', () => {
  expect(errorOf({ limit: '1\u00a0' }).message).toBe(
    'The request has 1 fault: limit: expected a whole number from 1 to 100, found "1<U+00A0 no-break space>"',
  );
});
