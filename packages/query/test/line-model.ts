import type { OutputColumn, OutputFormat } from '../src/index.ts';

/** Formats a report row as the contract's line, without a line end. */
export function lineOf(
  cells: readonly unknown[],
  columns: readonly OutputColumn[],
  output: OutputFormat,
): string {
  if (output.format === 'xlsx') return `[${cells.map(jsonCell).join(',')}]`;
  if (output.format !== 'csv') {
    const members = columns.map(({ name }, index) => `${JSON.stringify(name)}:${jsonCell(cells[index])}`);
    return `{${members.join(',')}}`;
  }
  // Readers skip an empty line.
  if (cells.length === 1 && csvCell(cells[0], /$^/) === '') return '""';
  const special = new RegExp(`["\r\n${output.delimiter === '|' ? '\\|' : output.delimiter}]`);
  return cells
    .map((cell, index) => {
      const isText = columns[index]?.kind === 'text' && columns[index].shows === undefined;
      return csvCell(output.safe === true && isText ? guarded(cell) : cell, special);
    })
    .join(output.delimiter);
}

/** Puts an apostrophe before a text whose first character, after any apostrophes, begins a formula. */
function guarded(cell: unknown): unknown {
  if (typeof cell !== 'string') return cell;
  const begins = ['=', '+', '-', '@', '\t', '\r'].includes(cell.replace(/^'+/, '').charAt(0));
  return begins ? `'${cell}` : cell;
}

function jsonCell(cell: unknown): string {
  return typeof cell === 'number' ? (modelFloat(cell) ?? 'null') : JSON.stringify(cell ?? null);
}

function csvCell(cell: unknown, special: RegExp): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return modelFloat(cell) ?? '';
  if (typeof cell !== 'string') throw new TypeError(`a report holds a value of type ${typeof cell}`);
  return cell === '' || special.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * Formats a float for both output formats: like JavaScript, but always with a decimal point.
 * Returns null for values that JSON cannot represent.
 */
export function modelFloat(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  const shortest = String(value);
  if (Number.isInteger(value) && !shortest.includes('e')) return `${shortest}.0`;
  const [mantissa = shortest, exponent] = shortest.split('e');
  if (exponent === undefined) return shortest;
  const fraction = mantissa.includes('.') ? '' : '.0';
  return `${mantissa}${fraction}e${exponent.replace('+', '')}`;
}
