import type { ReactNode } from 'react';
import { useTexts } from '../text/texts.tsx';

interface ListColumn<Item> {
  readonly label: string;
  readonly renderCell: (item: Item) => ReactNode;
}

interface ListTableProps<Item> {
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** The first is the heading of the row. */
  readonly columns: readonly [ListColumn<Item>, ...ListColumn<Item>[]];
  readonly renderActions?: (item: Item) => ReactNode;
}

/** A list as a table, whose rows become cards in narrow windows. */
export function ListTable<Item>({ label, items, keyOf, columns, renderActions }: ListTableProps<Item>) {
  const { t } = useTexts();
  const [first, ...others] = columns;
  return (
    <table className="list" aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.label} scope="col">
              {column.label}
            </th>
          ))}
          {renderActions && (
            <th scope="col">
              <span className="visually-hidden">{t('queries.actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={keyOf(item)}>
            <th scope="row" className="list-title">
              {first.renderCell(item)}
            </th>
            {others.map((column) => (
              <td key={column.label} data-label={column.label}>
                {column.renderCell(item)}
              </td>
            ))}
            {renderActions && (
              <td className="list-actions">
                <div className="buttons">{renderActions(item)}</div>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
