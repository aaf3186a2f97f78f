import type { BatchView, SessionView } from '@hourglass/contract';
import { useMemo, useState } from 'react';
import { useBatches, useBatchFacts, useDeleteBatch, type BatchName } from '../../api/batches.ts';
import type { Place } from '../../api/environments.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { formatCount } from '../../parts/quantities.ts';
import { useTexts } from '../../text/texts.tsx';

interface BatchesSectionProps {
  readonly place: Place;
  readonly session: SessionView;
}

/** The batches of the environment, newest first; administrators undo one. */
export function BatchesSection({ place, session }: BatchesSectionProps) {
  const { t } = useTexts();
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useBatches(place);
  const batches = data?.pages.flatMap((page) => page.batches);
  return (
    <section className="stack" aria-labelledby="batches">
      <h2 id="batches">{t('batches.title')}</h2>
      {error !== null && data === undefined && <Failure error={error} />}
      {batches?.length === 0 && <p className="hint">{t('batches.none')}</p>}
      {batches !== undefined && batches.length > 0 && (
        <BatchTable place={place} batches={batches} mayUndo={session.scopes.includes('admin')} />
      )}
      {hasNextPage && (
        <p className="more">
          <button
            type="button"
            className="button"
            disabled={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            {t('batches.more')}
          </button>
        </p>
      )}
    </section>
  );
}

interface BatchTableProps {
  readonly place: Place;
  readonly batches: readonly BatchView[];
  readonly mayUndo: boolean;
}

function BatchTable({ place, batches, mayUndo }: BatchTableProps) {
  const { t, tag } = useTexts();
  const format = useMemo(
    () => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }),
    [tag],
  );
  return (
    <table className="list">
      <thead>
        <tr>
          <th scope="col">{t('batches.accepted')}</th>
          <th scope="col">{t('report.dataset')}</th>
          <th scope="col">{t('batches.facts')}</th>
          <th scope="col">{t('queries.range')}</th>
          {mayUndo && (
            <th scope="col">
              <span className="visually-hidden">{t('queries.actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {batches.map((batch) => (
          <tr key={`${batch.dataset} ${batch.batch}`}>
            <th scope="row" className="list-title">
              {format.format(new Date(batch.created))}
              <span className="sub">{batch.createdBy}</span>
              <span className="sub batch-id">{batch.batch}</span>
            </th>
            <td data-label={t('report.dataset')}>{batch.dataset}</td>
            <td data-label={t('batches.facts')}>{formatCount(batch.facts, tag)}</td>
            <td data-label={t('queries.range')}>{rangeOf(batch, format)}</td>
            {mayUndo && (
              <td className="list-actions">
                {batch.firstTimestamp !== null && <UndoBatch place={place} batch={batch} />}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function rangeOf({ firstTimestamp, lastTimestamp }: BatchView, format: Intl.DateTimeFormat): string {
  if (firstTimestamp === null || lastTimestamp === null) return '–';
  return format.formatRange(new Date(firstTimestamp), new Date(lastTimestamp));
}

function UndoBatch({
  place,
  batch: { batch, dataset },
}: {
  readonly place: Place;
  readonly batch: BatchView;
}) {
  const { t, tag } = useTexts();
  const remove = useDeleteBatch(place);
  const [asked, setAsked] = useState<BatchName | null>(null);
  const { data } = useBatchFacts(place, asked);
  const facts = data?.facts ?? null;
  return (
    <ConfirmButton
      label={t('batches.undo')}
      labelOf={t('batches.undoOf', { batch })}
      title={t('batches.undoTitle')}
      text={
        facts === null
          ? t('batches.undoText', { batch })
          : t('batches.undoFacts', { batch, count: facts, shown: formatCount(facts, tag) })
      }
      onOpen={() => setAsked({ batch, dataset })}
      onConfirm={() => remove.mutateAsync({ batch, dataset })}
    />
  );
}
