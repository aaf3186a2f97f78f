import { Link } from 'wouter';
import type { Place } from '../../api/environments.ts';
import type { ImportState } from '../../import/import-state.ts';
import type { RunningImport } from '../../parts/importer.tsx';
import { newReportPath } from '../../parts/paths.ts';
import { formatCount } from '../../text/quantities.ts';
import { useTexts } from '../../text/texts.tsx';
import { focusOnce } from '../../parts/focus-once.ts';
import { ImportFaults } from './import-faults.tsx';
import { errorsByHour, problemKey } from './prepare-import.ts';

interface ImportOutcomeProps {
  readonly place: Place;
  readonly current: RunningImport;
  readonly onClose: () => void;
  /** Imports again without the bad lines; what is stored is not stored twice. */
  readonly onSkip: () => void;
}

/** The facts that an import stored, the faults of the rest, and the next step. */
export function ImportOutcome({ place, current: { request, state }, onClose, onSkip }: ImportOutcomeProps) {
  const { t } = useTexts();
  if (state === null) return null;
  const isDone = state.phase === 'done';
  const report = isDone ? errorsByHour(state, t('import.errorsByHour')) : null;
  const search = new URLSearchParams({ report: JSON.stringify(report) });
  return (
    <section className="card stack" aria-label={t('import.title')}>
      <h2 ref={focusOnce} tabIndex={-1}>
        {t(isDone ? 'import.done' : 'import.notDone')}
      </h2>
      <Summary state={state} />
      <ImportFaults state={state} />
      <div className="buttons">
        {report !== null && (
          <Link className="button primary" href={`${newReportPath(place.environment)}?${search}`}>
            {t('import.plotErrors')}
          </Link>
        )}
        {state.phase === 'refused' && request.onError === 'refuse' && (
          <button type="button" className="button primary" onClick={onSkip}>
            {t('import.goOnWithout')}
          </button>
        )}
        <button type="button" className="button" onClick={onClose}>
          {t('import.more')}
        </button>
      </div>
    </section>
  );
}

function Summary({ state }: { readonly state: ImportState }) {
  const { t, tag } = useTexts();
  const { accepted, repeated, rejected, unfinished, problem } = state;
  const key = problemKey(state);
  const counted = (count: number) => ({ count, shown: formatCount(count, tag) });
  return (
    <div role="status" className="stack">
      {problem !== null && (
        <p className="failure">{key === null ? problem.message : t(key, { reason: problem.message })}</p>
      )}
      <ul className="import-summary">
        {(accepted > 0 || repeated === 0) && <li>{t('import.stored', counted(accepted))}</li>}
        {repeated > 0 && <li>{t('import.repeated', counted(repeated))}</li>}
        {rejected > 0 && <li>{t('import.rejected', counted(rejected))}</li>}
        {unfinished !== null && <li>{t('import.unfinished', unfinished)}</li>}
      </ul>
    </div>
  );
}
