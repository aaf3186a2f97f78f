import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  attemptFailures,
  errorTable,
  failureReasons,
  impossibleReports,
  type ErrorKind,
} from '@hourglass/reports';
import { repositoryRoot } from '@hourglass/testing';

/** HTTP's status of each kind (RFC 9110 and 6585), stated apart from the API's own table. */
const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method: 405,
  timeout: 408,
  conflict: 409,
  gone: 410,
  precondition: 412,
  too_large: 413,
  media_type: 415,
  range: 416,
  limited: 429,
  internal: 500,
  unavailable: 503,
  deadline: 504,
};

const read = (document: string) => readFileSync(path.join(repositoryRoot, document), 'utf8');

describe('the documents of failures', () => {
  const entries = [
    'docs/reference/errors.md',
    'docs/reference/errors-accounts.md',
    'docs/operate/troubleshooting.md',
  ].flatMap((document) => read(document).split(/^### /m).slice(1));
  const headings = entries.map((entry) => entry.slice(0, entry.indexOf('\n')));

  test('has exactly one entry for each error code, with its status', () => {
    const expected = Object.entries(errorTable).map(
      ([code, { kind }]) => `\`${code}\` (${statusOfKind[kind]})`,
    );
    expect(headings.filter((heading) => heading.startsWith('`')).toSorted()).toEqual(expected.toSorted());
  });

  test('has exactly one entry for each reason for which a query fails', () => {
    const expected = [failureReasons, attemptFailures, impossibleReports]
      .flatMap((reasons) => Object.values(reasons))
      .map((reason) => `“${reason}”`);
    expect(headings.filter((heading) => heading.startsWith('“')).toSorted()).toEqual(expected.toSorted());
  });

  test('has an entry for each failure that docs/reliability.md measures', () => {
    const links = read('docs/reliability.md').matchAll(
      /^\[[\w-]+\]: operate\/troubleshooting\.md#([\w-]+)$/gm,
    );
    const linked = [...links].map(([, anchor]) => anchor);
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(linked.length).toBeGreaterThan(10);
    for (const anchor of linked) expect(anchors).toContain(anchor);
  });

  test.each(entries.map((entry, index) => [headings[index], entry]))(
    '%s: says what happened and what clients and operators do',
    (_, entry) => {
      const points = [...(entry ?? '').matchAll(/^- ([\w ]+): \S/gm)].map(([, name]) => name);
      expect(points).toEqual(['What happened', 'Client', 'Operator']);
    },
  );
});
