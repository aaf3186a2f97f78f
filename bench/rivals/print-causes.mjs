import { milliseconds, printTable } from './markdown-table.mjs';
import { causeOf } from './win-cause.mjs';

/**
 * Prints for each shape the time of writing its rows with its limit and without one, with a new engine, and the second and
 * third time with partials, beside ClickHouse, and the cause of being faster than ClickHouse.
 */
export function printCauses(causes) {
  console.log('\nCauses (medians of writing all rows to a file):\n');
  printTable([
    [
      ...['Shape', 'rows without limit', 'Hourglass ms', 'new engine ms', 'Hourglass without limit ms'],
      ...['partials, 2nd ms', 'partials, 3rd ms', 'ClickHouse ms', 'ClickHouse without limit ms'],
      ...['ClickHouse / Hourglass', 'without limit', 'partials, 3rd', 'faster because of'],
    ],
    ...causes.map(rowOf),
  ]);
}

function rowOf({ name, rows, ms, readsPartials }) {
  const { limited, whole, repeated } = ratiosOf({ ms, readsPartials });
  const shown = (value) => (value === undefined ? '' : milliseconds(value));
  const ratio = (value) => (value === null ? '' : value.toFixed(2));
  return [
    ...[name, rows === undefined ? '' : rows.toLocaleString('en')],
    ...[ms.warm, ms.cold, ms.whole].map(shown),
    ...(readsPartials ? [ms.computing, ms.repeated].map(shown) : ['', '']),
    ...[ms.clickhouse, ms.clickhouseWhole].map(shown),
    ...[limited, whole, repeated].map(ratio),
    causeOf({ limited, whole, repeated }),
  ];
}

/** The times of ClickHouse over those of Hourglass. Null: the shape has no limit, or reads no partials. */
function ratiosOf({ ms, readsPartials }) {
  return {
    limited: ms.clickhouse / ms.warm,
    whole: ms.whole === undefined ? null : ms.clickhouseWhole / ms.whole,
    repeated: readsPartials ? ms.clickhouse / ms.repeated : null,
  };
}
