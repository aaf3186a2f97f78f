import type { SegmentUsage } from '@hourglass/contract';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { pathOf, type Place } from '../../api/environments.ts';
import { useResource } from '../../api/resource.ts';
import { ChoiceButtons } from '../../parts/choice-buttons.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { formatBytes, formatCount } from '../../text/quantities.ts';
import { useTexts } from '../../text/texts.tsx';
import { CountedHint } from '../usage/counted-hint.tsx';
import { DatasetChart } from '../usage/dataset-chart.tsx';
import { prepareSegmentPlot, segmentMetrics, type SegmentMetric } from './prepare-segments.ts';

/** The sealed facts by day. The URL has the end of the days, and the metric of the plot. */
export function StorageSection({ place }: { readonly place: Place }) {
  const { t, tag } = useTexts();
  const [search, setSearch] = useSearchParams();
  const to = search.get('to');
  const metric = segmentMetrics.find((one) => one === search.get('metric')) ?? 'bytes';
  const query = to === null ? '' : `?${new URLSearchParams({ to })}`;
  const { data, error } = useResource<SegmentUsage>(`${pathOf(place)}/usage/segments${query}`);
  const change = (name: string, value: string | null) =>
    setSearch(
      (current) => {
        const next = new URLSearchParams(current);
        next.delete(name);
        if (value !== null) next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return (
    <section className="stack" aria-labelledby="segments">
      <div className="section-head">
        <h2 id="segments">{t('segments.title')}</h2>
        <ChoiceButtons
          label={t('segments.metric')}
          choices={segmentMetrics.map((one) => [one, t(metricText(one))])}
          chosen={metric}
          onChoose={(chosen) => change('metric', chosen)}
        />
      </div>
      <p className="hint">{t('segments.hint')}</p>
      <div className="section-head">
        <p className="hint">{data === undefined || error !== null ? '' : daysText(data, tag)}</p>
        <div className="buttons">
          {data !== undefined && error === null && (
            <button type="button" className="button small" onClick={() => change('to', data.from)}>
              {t('segments.earlier')}
            </button>
          )}
          {to !== null && (
            <button type="button" className="button small" onClick={() => change('to', null)}>
              {t('segments.newest')}
            </button>
          )}
        </div>
      </div>
      {error !== null && <Failure error={error} />}
      {data !== undefined && error === null && <SegmentDays usage={data} metric={metric} />}
    </section>
  );
}

function dayFormat(tag: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' });
}

function daysText({ from, to }: SegmentUsage, tag: string): string {
  return dayFormat(tag).formatRange(new Date(from), new Date(Date.parse(to) - 1));
}

function metricText(metric: SegmentMetric) {
  return ({ bytes: 'segments.bytes', facts: 'segments.facts', segments: 'segments.count' } as const)[metric];
}

function SegmentDays({ usage, metric }: { readonly usage: SegmentUsage; readonly metric: SegmentMetric }) {
  const { t, tag } = useTexts();
  const plot = useMemo(() => prepareSegmentPlot(usage, metric), [usage, metric]);
  const format = useMemo(() => dayFormat(tag), [tag]);
  return (
    <>
      <CountedHint counted={usage} />
      {plot === null ? (
        <p className="hint">{t('segments.none')}</p>
      ) : (
        <>
          <DatasetChart key={`${usage.from} ${metric}`} plot={plot} title={t(metricText(metric))} />
          <ListTable
            label={t('segments.title')}
            items={usage.days.toReversed()}
            keyOf={({ day, dataset }) => `${day} ${dataset}`}
            columns={[
              {
                label: t('segments.day'),
                renderCell: ({ day }) => format.format(new Date(`${day}T00:00:00Z`)),
              },
              { label: t('report.dataset'), renderCell: ({ dataset }) => dataset },
              { label: t('segments.count'), renderCell: ({ segments }) => formatCount(segments, tag) },
              { label: t('segments.facts'), renderCell: ({ facts }) => formatCount(facts, tag) },
              { label: t('segments.bytes'), renderCell: ({ bytes }) => formatBytes(bytes, tag) },
            ]}
          />
        </>
      )}
    </>
  );
}
