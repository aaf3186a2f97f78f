import { describe, expect, test } from 'vitest';
import { fileNameOf } from '../src/pages/result/save-file.ts';
import {
  barsPicture,
  chartPicture,
  fitted,
  heatPicture,
  type Measure,
  type Picture,
} from '../src/plot/picture.ts';

/** Ten pixels a character. */
const measure: Measure = (text) => text.length * 10;
const head = { title: 'Errors', lines: ['calls (calls)', '1 Mar – 2 Mar · UTC'] };
const textsOf = ({ marks }: Picture) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
const boxesOf = ({ marks }: Picture) => marks.flatMap((mark) => (mark.kind === 'box' ? [mark] : []));

describe('a picture', () => {
  test('of a chart has its title, range and legend, in as many lines as it needs', () => {
    const legend = ['a', 'b'.repeat(20), 'c'.repeat(400)].map((name, index) => ({
      name,
      colour: `--series-${index}`,
    }));
    const picture = chartPicture(head, legend, { widthPx: 300, heightPx: 320 }, measure);
    expect(textsOf(picture)).toEqual(['Errors', ...head.lines, 'a', 'b'.repeat(20), `${'c'.repeat(26)}…`]);
    const [first, second, third] = boxesOf(picture);
    expect([first?.x, first?.colour]).toEqual([24, '--series-0']);
    expect([second, third].map((box) => box && box.y > (first?.y ?? 0))).toEqual([false, true]);
    expect(picture.heightPx).toBeGreaterThan((third?.y ?? 0) + 12);
    expect(picture.chart).toEqual({ y: 108, heightPx: 320 });
    for (const mark of picture.marks) expect(mark.x).toBeLessThan(picture.widthPx);
  });

  test('of bars has lengths in proportion, and another colour for negative ones', () => {
    const bars = [
      { name: 'shop', value: 100, exact: '100', change: null },
      { name: 'weather', value: -50, exact: '-50', change: null },
    ];
    const picture = barsPicture(
      head,
      { kind: 'bars', unit: null, bars, max: 100, isCompared: false, omitted: 0 },
      ({ exact }) => String(exact),
      measure,
    );
    const [long, short] = boxesOf(picture);
    expect(short && long && short.widthPx / long.widthPx).toBeCloseTo(0.5);
    expect([long?.colour, short?.colour]).toEqual(['--series-1', '--series-2']);
    expect(textsOf(picture)).toEqual(['Errors', ...head.lines, 'shop', '100', 'weather', '-50']);
  });

  test('of a week has a cell for each hour, and no text where there is no value', () => {
    const days = Array.from({ length: 7 }, (_, day) =>
      Array.from({ length: 24 }, (_hour, hour) => (day === 0 && hour === 0 ? null : hour)),
    );
    const texts = {
      days: ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'],
      hours: Array.from({ length: 24 }, (_, hour) => `${hour}h`),
      value: (value: number) => `v${value}`,
    };
    const picture = heatPicture(head, { kind: 'heat', unit: null, days, min: 0, max: 23 }, texts, measure);
    expect(boxesOf(picture)).toHaveLength(7 * 24);
    expect(textsOf(picture).filter((text) => text.startsWith('v'))).toHaveLength(7 * 24 - 1);
    expect(Math.max(...boxesOf(picture).map(({ opacity }) => opacity))).toBeLessThanOrEqual(0.5);
  });

  test('shortens texts by whole characters', () => {
    const widthOf = (text: string) => Array.from(text).length;
    expect(fitted('😀😀😀😀', 3, widthOf)).toBe('😀😀…');
    expect(fitted('abc', 3, widthOf)).toBe('abc');
    expect(fitted('abc', 0, widthOf)).toBe('…');
  });
});

test('a file has a name that every system takes', () => {
  expect(fileNameOf('../Errors <by> hour: ąę 错误')).toBe('Errors-by-hour-ąę-错误');
  expect(fileNameOf('???')).toBe('result');
  expect(Array.from(fileNameOf('😀x'.repeat(200))).length).toBeLessThanOrEqual(80);
});
