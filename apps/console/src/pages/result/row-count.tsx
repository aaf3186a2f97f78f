import { maxTableRows, type ResultRows } from '../../api/result.ts';
import { useTexts } from '../../text/texts.tsx';

interface RowCountProps {
  readonly result: ResultRows;
  readonly total: number;
  readonly isSorted: boolean;
}

/** How many rows were read, and why there are not all. */
export function RowCount({ result, total, isSorted }: RowCountProps) {
  const { t, tag } = useTexts();
  const { rows, isComplete, received, readAll } = result;
  const count = new Intl.NumberFormat(tag);
  const shown = { count: total, shown: count.format(received ?? rows.length), total: count.format(total) };
  return (
    <div className="hint row-count">
      <span role="status">
        {t(received === null || isComplete ? 'result.shown' : 'result.reading', shown)}
      </span>
      {readAll !== null && (
        <button type="button" className="button small" onClick={readAll}>
          {t('result.readAll')}
        </button>
      )}
      {isSorted && !isComplete && <span>{t('result.sortsLater')}</span>}
      {total > maxTableRows && <span>{t('result.tooMany', { max: count.format(maxTableRows) })}</span>}
    </div>
  );
}
