import type { BatchView, SessionView } from '@hourglass/contract';
import { useMemo, useState } from 'react';
import { useBatches, useBatchFacts, useDeleteBatch, type BatchName } from '../../api/batches.ts';
import type { Place } from '../../api/environments.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { formatCount } from '../../text/quantities.ts';
import { useTexts } from '../../text/texts.tsx';

interface BatchesSectionProps {
  readonly place: Place;
  readonly session: SessionView;
}

/** The batches of the environment, newest first; administrators undo one. */
export function BatchesSection({ place, session }: BatchesSectionProps) {
  const { t } = useTexts();
  const pages = useBatches(place);
  const { data, error } = pages;
  const batches = data?.pages.flatMap((page) => page.batches);
  return (
    <section className="stack" aria-labelledby="batches">
      <h2 id="batches">{t('batches.title')}</h2>
      {error !== null && data === undefined && <Failure error={error} />}
      {batches?.length === 0 && <p className="hint">{t('batches.none')}</p>}
      {batches !== undefined && batches.length > 0 && (
        <BatchTable place={place} batches={batches} mayUndo={session.scopes.includes('admin')} />
      )}
      <MoreButton pages={pages} label={t('batches.more')} />
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
    <ListTable
      label={t('batches.title')}
      items={batches}
      keyOf={({ dataset, batch }) => `${dataset} ${batch}`}
      columns={[
        {
          label: t('batches.accepted'),
          renderCell: ({ created, createdBy, batch }) => (
            <>
              {format.format(new Date(created))}
              <span className="sub">{createdBy}</span>
              <span className="sub batch-id">{batch}</span>
            </>
          ),
        },
        { label: t('report.dataset'), renderCell: ({ dataset }) => dataset },
        { label: t('batches.facts'), renderCell: ({ facts }) => formatCount(facts, tag) },
        { label: t('queries.range'), renderCell: (batch) => rangeOf(batch, format) },
      ]}
      {...(mayUndo && {
        renderActions: (batch: BatchView) =>
          batch.firstTimestamp !== null && <UndoBatch place={place} batch={batch} />,
      })}
    />
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
