import type { TableColumn } from '../../rows/prepare-table.ts';
import { nextSorting, type Sorting } from '../../rows/sort-rows.ts';
import { useTexts } from '../../text/texts.tsx';

interface GridHeadProps {
  readonly columns: readonly TableColumn[];
  /** The widths of the columns. */
  readonly template: string;
  readonly sorting: Sorting | null;
  readonly canSort: boolean;
  readonly onSort: (sorting: Sorting | null) => void;
}

const marks = { none: '', ascending: '▲', descending: '▼' } as const;

/** The names of the columns, by which the rows are sorted. */
export function GridHead({ columns, template, sorting, canSort, onSort }: GridHeadProps) {
  const { t } = useTexts();
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1} className="grid-row" style={{ gridTemplateColumns: template }}>
        {columns.map(({ name, unit, isNumber, source }, index) => {
          const direction = directionOf(name, sorting);
          return (
            <div
              key={name}
              role="columnheader"
              aria-colindex={index + 1}
              aria-sort={direction}
              className={isNumber ? 'cell number' : 'cell'}
            >
              <button
                type="button"
                className="sort"
                title={t('grid.sort', { name })}
                disabled={!canSort}
                onClick={() => onSort(nextSorting(sorting, source))}
              >
                <span className="sort-name">{name}</span>
                <span aria-hidden="true" className="sort-mark">
                  {marks[direction]}
                </span>
              </button>
              {unit !== null && <span className="sub">{unit}</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function directionOf(name: string, sorting: Sorting | null): keyof typeof marks {
  if (sorting?.column !== name) return 'none';
  return sorting.isDescending ? 'descending' : 'ascending';
}
