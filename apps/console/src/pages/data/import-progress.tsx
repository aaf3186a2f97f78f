import type { ImportState } from '../../import/import-state.ts';
import { focusOnce } from '../../parts/focus-once.ts';
import { useImporter, type RunningImport } from '../../parts/importer.tsx';
import { formatBytes, formatCount } from '../../text/quantities.ts';
import { useTexts } from '../../text/texts.tsx';
import { ImportFaults } from './import-faults.tsx';
import { problemKey, readShare } from './prepare-import.ts';

/** How far a running import is, and what holds it up. */
export function ImportProgress({ current: { request, state } }: { readonly current: RunningImport }) {
  const { t } = useTexts();
  const { resume, clear } = useImporter();
  const name = state?.fileName ?? request.files[0]?.name ?? '';
  return (
    <section className="card stack" aria-label={t('import.title')}>
      <h2 className="import-name" ref={focusOnce} tabIndex={-1}>
        {t('import.running', { name })}
      </h2>
      <progress max={1} value={state === null ? 0 : readShare(state)} aria-label={t('import.progress')} />
      {state !== null && <Figures state={state} />}
      {state !== null && <Problem state={state} />}
      {state !== null && <ImportFaults state={state} />}
      <div className="buttons">
        {state?.phase === 'paused' && (
          <button type="button" className="button primary" onClick={resume}>
            {t('import.resume')}
          </button>
        )}
        <button type="button" className="button" onClick={clear}>
          {t('import.cancel')}
        </button>
      </div>
      <p className="hint">{t('import.leave')}</p>
    </section>
  );
}

function Figures({ state }: { readonly state: ImportState }) {
  const { t, tag } = useTexts();
  const { readBytes, totalBytes, accepted, repeated, files, fileNumber, format } = state;
  const read = { read: formatBytes(readBytes, tag), total: formatBytes(totalBytes, tag) };
  return (
    <>
      <p className="import-figures">
        <span>{new Intl.NumberFormat(tag, { style: 'percent' }).format(readShare(state))}</span>
        <span>{t('import.read', read)}</span>
        <span>{t('import.stored', { count: accepted, shown: formatCount(accepted, tag) })}</span>
        {files > 1 && <span>{t('import.file', { number: fileNumber, files })}</span>}
        {format !== null && <span>{t('import.readAs', { format })}</span>}
      </p>
      {repeated > 0 && (
        <p className="hint">{t('import.repeated', { count: repeated, shown: formatCount(repeated, tag) })}</p>
      )}
    </>
  );
}

function Problem({ state }: { readonly state: ImportState }) {
  const { t } = useTexts();
  const { problem, phase } = state;
  if (problem === null) return null;
  const key = problemKey(state);
  return (
    <div className={phase === 'paused' ? 'failure' : 'hint'} role="status">
      <p>{key === null ? problem.message : t(key)}</p>
      {phase === 'paused' && problem.requestId !== null && (
        <p className="hint">{t('failure.request', { id: problem.requestId })}</p>
      )}
    </div>
  );
}
