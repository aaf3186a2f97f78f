import type { QueryStatus } from '@hourglass/contract';
import type { TextKey } from '../text/languages.ts';
import { useTexts } from '../text/texts.tsx';

export interface StateMarkProps {
  readonly row: {
    readonly state: QueryStatus['state'];
    readonly stateKey: TextKey;
    readonly phaseKey: TextKey | null;
    readonly progress: number | null;
    readonly rows: number | null;
  };
}

/** The state of a query: a mark, its name, and how far it is. */
export function StateMark({ row: { state, stateKey, phaseKey, progress, rows } }: StateMarkProps) {
  const { t, tag } = useTexts();
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
      {rows !== null && (
        <span className="sub">
          {t('queries.rows', { count: rows, shown: new Intl.NumberFormat(tag).format(rows) })}
        </span>
      )}
    </div>
  );
}
