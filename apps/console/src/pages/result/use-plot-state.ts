import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { PlotView } from '../../plot/prepare-plot.ts';
import type { SeriesPlot } from '../../plot/series.ts';
import { zoomOf, type Zoom } from '../../plot/zoom.ts';
import { sortingOf, sortingText, type Sorting } from '../../rows/sort-rows.ts';
import type { Column } from '../../rows/result.ts';

/** How a result is looked at, as a link to it says. */
export interface PlotState {
  readonly metric: string | null;
  readonly view: string | null;
  readonly hidden: ReadonlySet<string>;
  readonly zoomOf: (plot: SeriesPlot) => Zoom;
  readonly sortingOf: (columns: readonly Column[]) => Sorting | null;
  readonly chooseMetric: (name: string) => void;
  readonly chooseView: (view: PlotView) => void;
  readonly toggle: (series: string) => void;
  /** Null: the whole plot. */
  readonly zoomTo: (plot: SeriesPlot, zoom: Zoom | null) => void;
  readonly sort: (sorting: Sorting | null) => void;
}

export function usePlotState(): PlotState {
  const [search, setSearch] = useSearchParams();
  const hidden = useMemo(() => new Set(search.getAll('hide')), [search]);
  const change = (changes: Readonly<Record<string, string | readonly string[] | null>>) =>
    setSearch((current) => changed(current, changes), { replace: true });
  return {
    metric: search.get('metric'),
    view: search.get('plot'),
    hidden,
    zoomOf: ({ buckets }) => zoomOf(buckets, search.get('from'), search.get('to')),
    sortingOf: (columns) => sortingOf(search.get('sort'), columns),
    // Series of another metric have other names, or other sizes.
    chooseMetric: (metric) => change({ metric, hide: null }),
    chooseView: (plot) => change({ plot }),
    toggle: (series) =>
      change({
        hide: hidden.has(series) ? [...hidden].filter((name) => name !== series) : [...hidden, series],
      }),
    zoomTo: ({ buckets }, zoom) =>
      change({
        from: zoom && String(buckets[zoom.first]?.atSeconds),
        to: zoom && String(buckets[zoom.last]?.atSeconds),
      }),
    sort: (sorting) => change({ sort: sorting && sortingText(sorting) }),
  };
}

function changed(
  current: URLSearchParams,
  changes: Readonly<Record<string, string | readonly string[] | null>>,
): URLSearchParams {
  const next = new URLSearchParams(current);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of value === null ? [] : [value].flat()) next.append(name, one);
  }
  return next;
}
