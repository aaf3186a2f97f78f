import type { OutputColumn, OutputFormat } from '../src/index.ts';

/** A row of a report as the contract has it in a file, without its end. */
export function lineOf(
  cells: readonly unknown[],
  columns: readonly OutputColumn[],
  output: OutputFormat,
): string {
  if (output.format === 'json') {
    const members = columns.map(
      ({ name }, index) => `${JSON.stringify(name)}:${jsonCell(cells[index] ?? null)}`,
    );
    return `{${members.join(',')}}`;
  }
  const special = new RegExp(`["\r\n${output.delimiter === '|' ? '\\|' : output.delimiter}]`);
  return cells.map((cell) => csvCell(cell, special)).join(output.delimiter);
}

function jsonCell(cell: unknown): string {
  return typeof cell === 'number' ? (modelFloat(cell) ?? 'null') : JSON.stringify(cell);
}

function csvCell(cell: unknown, special: RegExp): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return modelFloat(cell) ?? '';
  if (typeof cell !== 'string') throw new TypeError(`a report holds a value of type ${typeof cell}`);
  return cell === '' || special.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * A float as both formats write it: as JavaScript does, but never without a point. Null for what
 * JSON has no number for.
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
