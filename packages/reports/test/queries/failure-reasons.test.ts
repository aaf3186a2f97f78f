import { expect, test } from 'vitest';
import { asAttemptFailure, AttemptFailure } from '../../src/queries/failure-reasons.ts';
import { ServiceUnavailable } from '../../src/service-unavailable.ts';

test.each([
  [
    'an adapter',
    new AttemptFailure('memory', { memoryMb: 8 }),
    /^The report needs more than 8 MB of memory: /,
  ],
  [
    'a service',
    new ServiceUnavailable('database', new Error('10.0.0.5:5432')),
    /^The database is not available$/,
  ],
  [
    'a full disk',
    Object.assign(new Error("write '/srv/scratch/x'"), { code: 'ENOSPC' }),
    /^The disk .* is full$/,
  ],
  [
    'a broken disk',
    Object.assign(new Error("open '/srv/x'"), { code: 'EACCES' }),
    /^The disk for temporary files cannot be used$/,
  ],
  ['another file error', Object.assign(new Error("open '/srv/x'"), { code: 'EMFILE' }), /^Internal error/],
  ['a library', new Error('relation "hot_api_facts" does not exist'), /^Internal error; /],
  ['no error at all', 'secret', /^Internal error; /],
])('an error of %s reaches the client only as a message of the table', (_, thrown, words) => {
  const failure = asAttemptFailure(thrown);
  expect(failure.message).toMatch(words);
  expect(failure.message).not.toMatch(/[/{]|secret|hot_api|10\.0/);
  expect(thrown === failure || failure.cause === thrown).toBe(true);
});
