import { useState } from 'react';
import { loadable } from '../../parts/loadable.tsx';
import type { SeriesPlot } from '../../plot/series.ts';
import type { Zoom } from '../../plot/zoom.ts';
import '../result/result.css';

// The library of plots is loaded with the first of them.
const SeriesChart = loadable(async () => (await import('../result/series-chart.tsx')).SeriesChart);

/** Lines of datasets over time, stacked if there are several. */
export function DatasetChart({ plot, title }: { readonly plot: SeriesPlot; readonly title: string }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const whole = { first: 0, last: plot.buckets.length - 1 };
  return (
    <div className="card chart-place">
      <SeriesChart
        plot={plot}
        title={title}
        isStacked={plot.canStack}
        hidden={hidden}
        zoom={zoom ?? whole}
        onHide={(name) =>
          setHidden(
            hidden.has(name)
              ? new Set([...hidden].filter((one) => one !== name))
              : new Set([...hidden, name]),
          )
        }
        onZoom={setZoom}
        onCanvas={() => undefined}
      />
    </div>
  );
}
