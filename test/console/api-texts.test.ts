import { catalogue, describeFields } from '@hourglass/query';
import { attemptFailures, failureReasons, impossibleReports } from '@hourglass/reports';
import { describe, expect, test } from 'vitest';
import { apiTranslator, type ApiTexts } from '../../apps/console/src/text/api-texts.ts';
import { plApi } from '../../apps/console/src/text/pl.ts';
import { zhApi } from '../../apps/console/src/text/zh.ts';

describe.each([
  ['pl', plApi],
  ['zh-Hans', zhApi],
])('the texts of the API in %s', (_tag, texts: ApiTexts) => {
  const translate = apiTranslator(texts);

  test('have the description of every field and every reason of a failed query, and no other', () => {
    const fields = [...catalogue.values()].flatMap((dataset) =>
      Object.values(describeFields(dataset)).flat(),
    );
    const english = [
      ...fields.map(({ description }) => description),
      ...[failureReasons, attemptFailures, impossibleReports].flatMap((reasons) => Object.values(reasons)),
    ];
    expect(Object.keys(texts).toSorted()).toEqual([...new Set(english)].toSorted());
  });

  test('have the details of the English ones and are never empty', () => {
    const detailsOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();
    for (const [english, text] of Object.entries(texts))
      expect([english, text.trim() === '', detailsOf(text)]).toEqual([english, false, detailsOf(english)]);
  });

  test('translate a reason with its details, and leave an unknown text', () => {
    const failed = translate(
      'Attempt 2 of 5 failed: The report needs more than 512 MB of memory: ' +
        'request fewer groups or a shorter time range',
    );
    expect(failed).toMatch(/2.*5.*512 MB/);
    expect(failed).not.toMatch(/[Rr]eport|[Aa]ttempt|memory/);
    expect(translate('Colour of the cell.')).toBe('Colour of the cell.');
  });
});
