import type { QueryProgress } from '../pages/queries/prepare-row.ts';
import { prepareQueue } from '../pages/queries/prepare-queue.ts';
import { useTexts } from '../text/texts.tsx';

/** The state of a query: a mark, its name, and how far it is. */
export function StateMark({
  row: { state, stateKey, phaseKey, progress, rows, queue },
}: {
  readonly row: QueryProgress;
}) {
  const { t, tag } = useTexts();
  const place = queue === null ? null : prepareQueue(queue, tag);
  const isRunning = state === 'running' && progress !== null;
  return (
    <div className="state" data-state={state}>
      <span className="state-name">
        <span className="state-dot" aria-hidden="true" />
        {t(stateKey)}
        {isRunning && ` · ${new Intl.NumberFormat(tag, { style: 'percent' }).format(progress / 100)}`}
      </span>
      {isRunning && <progress max={100} value={progress} aria-label={t('queries.progress')} />}
      {phaseKey !== null && <span className="sub">{t(phaseKey)}</span>}
      {place !== null && (
        <>
          <span className="sub">
            {t('queue.position', { position: place.position, soon: place.soon, late: place.late })}
          </span>
          <span className="sub">{t(place.reasonKey, { count: place.ahead })}</span>
        </>
      )}
      {rows !== null && (
        <span className="sub">
          {t('queries.rows', { count: rows, shown: new Intl.NumberFormat(tag).format(rows) })}
        </span>
      )}
    </div>
  );
}
