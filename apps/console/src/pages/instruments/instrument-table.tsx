import { ListTable } from '../../parts/list-table.tsx';
import { numberTexts } from '../../plot/number-text.ts';
import {
  columnOf,
  type FigureLabels,
  type FigureName,
  type InstrumentRow,
} from '../../records/instruments.ts';
import { useTexts } from '../../text/texts.tsx';

interface InstrumentTableProps {
  readonly rows: readonly InstrumentRow[];
  readonly labels: FigureLabels;
}

/** The figures that share a column: the main one, and others below it. */
const columns: readonly (readonly [FigureName, ...FigureName[]])[] = [
  ['service_times', 'service_time', 'use_numbers'],
  ['charge_amount'],
  ['sample_times'],
  ['break_times', 'break_time'],
  ['training_times', 'approved_times'],
  ['follow_numbers'],
];

/** The figures of each instrument. */
export function InstrumentTable({ rows, labels }: InstrumentTableProps) {
  const { t, tag } = useTexts();
  const textOf = (row: InstrumentRow, figure: FigureName) => {
    const { plain, exact } = numberTexts(tag, columnOf(figure, labels).unit);
    const value = row.figures[figure];
    return typeof value === 'number' ? plain(value) : exact(value);
  };
  return (
    <ListTable
      label={t('instruments.table')}
      items={rows}
      keyOf={({ id }) => id}
      columns={[
        { label: t('instruments.instrument'), renderCell: (row) => <Name row={row} /> },
        ...columns.map(([main, ...others]) => ({
          label: labels[main],
          renderCell: (row: InstrumentRow) => (
            <>
              {textOf(row, main)}
              {others.map((figure) => (
                <span key={figure} className="sub">
                  {labels[figure]}: {textOf(row, figure)}
                </span>
              ))}
            </>
          ),
        })),
      ]}
    />
  );
}

function Name({ row: { id, name, location } }: { readonly row: InstrumentRow }) {
  return (
    <>
      {name ?? id}
      {name !== null && <span className="sub">{id}</span>}
      {location !== null && <span className="sub">{location}</span>}
    </>
  );
}
