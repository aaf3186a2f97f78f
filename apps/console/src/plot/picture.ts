import { heatOf, type HeatPlot } from './heat.ts';
import type { BarPlot } from './prepare-plot.ts';

// A picture of a plot to keep: its title, range and legend are in it, because the page around it is not.

interface TextMark {
  readonly kind: 'text';
  readonly x: number;
  /** The middle of the line. */
  readonly y: number;
  readonly text: string;
  readonly sizePx: number;
  readonly isBold: boolean;
  readonly align: 'start' | 'center' | 'end';
  /** A custom property of the style sheet. */
  readonly colour: string;
}

interface BoxMark {
  readonly kind: 'box';
  readonly x: number;
  readonly y: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly colour: string;
  readonly opacity: number;
}

type Mark = TextMark | BoxMark;

export interface Picture {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly marks: readonly Mark[];
  /** Where the canvas of a chart belongs; null: the marks are all. */
  readonly chart: { readonly y: number; readonly heightPx: number } | null;
}

export interface PictureHead {
  readonly title: string;
  /** Metric with unit, range and time zone. */
  readonly lines: readonly string[];
}

/** Width of a text in pixels. */
export type Measure = (text: string, sizePx: number, isBold: boolean) => number;

const marginPx = 24;
const textPx = 14;
const linePx = 22;

function headMarks(
  { title, lines }: PictureHead,
  widthPx: number,
  measure: Measure,
): { readonly marks: Mark[]; readonly endY: number } {
  const roomPx = widthPx - 2 * marginPx;
  const marks: Mark[] = [
    textMark(
      fitted(title, roomPx, (text) => measure(text, 20, true)),
      {
        ...{ x: marginPx, y: marginPx + 12, sizePx: 20, isBold: true },
      },
    ),
    ...lines.map((line, index) =>
      textMark(
        fitted(line, roomPx, (text) => measure(text, textPx, false)),
        {
          ...{ x: marginPx, y: marginPx + 40 + index * linePx, colour: '--text-soft' },
        },
      ),
    ),
  ];
  return { marks, endY: marginPx + 40 + lines.length * linePx };
}

function textMark(text: string, place: Partial<TextMark> & Pick<TextMark, 'x' | 'y'>): TextMark {
  return { kind: 'text', text, sizePx: textPx, isBold: false, align: 'start', colour: '--text', ...place };
}

function boxMark(place: Omit<BoxMark, 'kind' | 'opacity'> & Partial<BoxMark>): BoxMark {
  return { kind: 'box', opacity: 1, ...place };
}

/** Shortens a text until it fits, with an ellipsis. */
export function fitted(text: string, roomPx: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= roomPx) return text;
  const characters = Array.from(text);
  let [low, high] = [0, characters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (widthOf(`${characters.slice(0, middle).join('')}…`) <= roomPx) low = middle;
    else high = middle - 1;
  }
  return `${characters.slice(0, low).join('')}…`;
}

export interface LegendItem {
  readonly name: string;
  readonly colour: string;
}

/** A chart, which is drawn already, below its head and above its legend. */
export function chartPicture(
  head: PictureHead,
  legend: readonly LegendItem[],
  chart: { readonly widthPx: number; readonly heightPx: number },
  measure: Measure,
): Picture {
  const widthPx = chart.widthPx + 2 * marginPx;
  const { marks, endY } = headMarks(head, widthPx, measure);
  let [x, y] = [marginPx, endY + chart.heightPx + linePx];
  for (const { name, colour } of legend) {
    const text = fitted(name, chart.widthPx - 24, (shown) => measure(shown, textPx, false));
    const itemPx = 20 + measure(text, textPx, false) + 20;
    if (x > marginPx && x + itemPx > widthPx - marginPx) [x, y] = [marginPx, y + linePx];
    marks.push(boxMark({ x, y: y - 6, widthPx: 12, heightPx: 12, colour }), textMark(text, { x: x + 20, y }));
    x += itemPx;
  }
  return { widthPx, heightPx: y + marginPx, marks, chart: { y: endY, heightPx: chart.heightPx } };
}

const barRowPx = 28;

export function barsPicture(
  head: PictureHead,
  { bars, max }: BarPlot,
  valueText: (bar: BarPlot['bars'][number]) => string,
  measure: Measure,
): Picture {
  const widthPx = 960;
  const { marks, endY } = headMarks(head, widthPx, measure);
  const values = bars.map(valueText);
  const valuePx = Math.max(...values.map((text) => measure(text, textPx, false)));
  const namePx = Math.min(320, Math.max(...bars.map(({ name }) => measure(name, textPx, false))));
  const barX = marginPx + namePx + 12;
  const roomPx = widthPx - marginPx - valuePx - 12 - barX;
  for (const [index, { name, value }] of bars.entries()) {
    const y = endY + 8 + index * barRowPx + barRowPx / 2;
    marks.push(
      textMark(
        fitted(name, namePx, (text) => measure(text, textPx, false)),
        { x: marginPx, y },
      ),
      boxMark({
        ...{ x: barX, y: y - 9, widthPx: (Math.abs(value) / max) * roomPx, heightPx: 18 },
        colour: value < 0 ? '--series-2' : '--series-1',
      }),
      textMark(values[index] ?? '', { x: widthPx - marginPx, y, align: 'end' }),
    );
  }
  return { widthPx, heightPx: endY + 8 + bars.length * barRowPx + marginPx, marks, chart: null };
}

/** How strongly the hottest cell is coloured: texts on it stay readable. */
export const maxHeatOpacity = 0.4;

export function heatPicture(
  head: PictureHead,
  heat: HeatPlot,
  texts: {
    readonly days: readonly string[];
    readonly hours: readonly string[];
    readonly value: (value: number) => string;
  },
  measure: Measure,
): Picture {
  const [cellPx, rowPx] = [52, 32];
  const dayPx = Math.max(...texts.days.map((day) => measure(day, textPx, false))) + 12;
  const widthPx = 2 * marginPx + dayPx + 24 * cellPx;
  const { marks, endY } = headMarks(head, widthPx, measure);
  const xOf = (hour: number) => marginPx + dayPx + hour * cellPx;
  const yOf = (day: number) => endY + 8 + (day + 1) * rowPx;
  for (const [hour, text] of texts.hours.entries())
    marks.push(
      textMark(text, {
        x: xOf(hour) + cellPx / 2,
        y: yOf(-1) + rowPx / 2,
        align: 'center',
        colour: '--text-soft',
      }),
    );
  for (const [day, hours] of heat.days.entries()) {
    marks.push(textMark(texts.days[day] ?? '', { x: marginPx, y: yOf(day) + rowPx / 2 }));
    for (const [hour, value] of hours.entries()) {
      const opacity = heatOf(heat, value) * maxHeatOpacity;
      marks.push(
        boxMark({
          ...{ x: xOf(hour), y: yOf(day), widthPx: cellPx - 2, heightPx: rowPx - 2 },
          ...{ colour: '--series-1', opacity },
        }),
      );
      if (value !== null)
        marks.push(
          textMark(texts.value(value), {
            ...{ x: xOf(hour) + cellPx / 2, y: yOf(day) + rowPx / 2, sizePx: 12, align: 'center' },
          }),
        );
    }
  }
  return { widthPx, heightPx: yOf(7) + marginPx, marks, chart: null };
}
