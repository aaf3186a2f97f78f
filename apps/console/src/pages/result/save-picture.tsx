import { useState, type RefObject } from 'react';
import { Failure } from '../../parts/failure.tsx';
import { changeText, numberTexts, unitText } from '../../plot/number-text.ts';
import { barsPicture, chartPicture, heatPicture, type Measure, type Picture } from '../../plot/picture.ts';
import { weekNames } from '../../plot/week-names.ts';
import { useTexts, type Texts } from '../../text/texts.tsx';
import { chartHeightPx, seriesColour } from './chart-look.ts';
import { createMeasure, drawPicture } from './draw-picture.ts';
import type { PlotCardProps } from './plot-card.tsx';
import { fileNameOf, saveFile } from './save-file.ts';

interface SavePictureProps extends PlotCardProps {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
}

/** Saves the plot as it is shown as a PNG file. */
export function SavePicture(props: SavePictureProps) {
  const { t, tag } = useTexts();
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    setError(null);
    try {
      const heatLine = t('plot.heatTitle', { title: props.metric.name });
      const picture = pictureOf(props, { t, tag, heatLine }, createMeasure());
      if (picture === null) return;
      const chart = picture.chart === null ? null : props.canvas.current;
      saveFile(await drawPicture(picture, chart), `${fileNameOf(props.name)}.png`);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      <button type="button" className="button small" onClick={() => void save()}>
        {t('plot.save')}
      </button>
      {error !== null && <Failure error={error} />}
    </>
  );
}

function pictureOf(
  props: SavePictureProps,
  { t, tag, heatLine }: Pick<Texts, 't' | 'tag'> & { readonly heatLine: string },
  measure: Measure,
): Picture | null {
  const { plots, view, metric, name, rangeText, state, canvas } = props;
  const { series, heat, bars } = plots;
  const unit = unitText({ t, tag }, metric.unit);
  const head = { title: name, lines: [unit === null ? metric.name : `${metric.name} (${unit})`, rangeText] };
  const { plain, short } = numberTexts(tag, metric.unit);
  if (view === 'bars' && bars !== null) {
    const valueText = ({ value, change }: (typeof bars.bars)[number]) =>
      change === null ? plain(value) : `${plain(value)} (${changeText(tag, change)})`;
    return barsPicture(head, bars, valueText, measure);
  }
  if (view === 'heat' && heat !== null)
    return heatPicture(
      { title: name, lines: [heatLine, rangeText] },
      heat,
      { ...weekNames(tag), value: short },
      measure,
    );
  const widthPx = canvas.current?.clientWidth ?? 0;
  if (series === null || widthPx === 0) return null;
  const legend = series.series
    .map((one, index) => ({ name: one.name, colour: seriesColour(index) }))
    .filter((one) => !state.hidden.has(one.name));
  return chartPicture(head, legend, { widthPx, heightPx: chartHeightPx }, measure);
}
