import type { IngestUsage } from '@hourglass/contract';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'wouter';
import { pathOf, type Place } from '../../api/environments.ts';
import { useResource } from '../../api/resource.ts';
import { ChoiceButtons } from '../../parts/choice-buttons.tsx';
import { Failure } from '../../parts/failure.tsx';
import { dataPath } from '../../parts/paths.ts';
import { useTexts } from '../../text/texts.tsx';
import { CountedHint } from './counted-hint.tsx';
import { DatasetChart } from './dataset-chart.tsx';
import { sumsEveryMs } from './intervals.ts';
import { prepareIngestPlot } from './prepare-usage.ts';

const units = ['day', 'hour'] as const;

/** The facts that were accepted, by day or hour. */
export function IngestSection({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const [search, setSearch] = useSearchParams();
  const unit = units.find((one) => one === search.get('unit')) ?? 'day';
  const { data, error } = useResource<IngestUsage>(`${pathOf(place)}/usage/ingest?unit=${unit}`, {
    everyMs: sumsEveryMs,
  });
  const choose = (chosen: string) =>
    setSearch(
      (current) => {
        const next = new URLSearchParams(current);
        next.set('unit', chosen);
        return next;
      },
      { replace: true },
    );
  return (
    <section className="stack" aria-labelledby="ingest">
      <div className="section-head">
        <h2 id="ingest">{t('usage.ingest')}</h2>
        <ChoiceButtons
          label={t('usage.unit')}
          choices={units.map((one) => [one, t(`usage.unit.${one}`)])}
          chosen={unit}
          onChoose={choose}
        />
      </div>
      {error !== null && data === undefined && <Failure error={error} />}
      {data !== undefined && <IngestPlot place={place} ingest={data} />}
    </section>
  );
}

function IngestPlot({ place, ingest }: { readonly place: Place; readonly ingest: IngestUsage }) {
  const { t } = useTexts();
  const plot = useMemo(() => prepareIngestPlot(ingest), [ingest]);
  return (
    <>
      <p className="hint">{t(`usage.range.${ingest.unit}`)}</p>
      {plot === null ? (
        <p className="hint">
          {t('usage.noIngest')} <Link href={dataPath(place.environment)}>{t('queries.toImport')}</Link>
        </p>
      ) : (
        <DatasetChart key={ingest.unit} plot={plot} title={t('usage.ingest')} />
      )}
      <CountedHint counted={ingest} />
    </>
  );
}
