import type { OutputColumn, OutputFormat } from '@hourglass/query';
import { csvEncoder } from './csv-encoder.ts';
import { ndjsonEncoder } from './ndjson-encoder.ts';
import type { RowEncoder } from './row-encoder.ts';

export function createRowEncoder(columns: readonly OutputColumn[], output: OutputFormat): RowEncoder {
  return output.format === 'json' ? ndjsonEncoder(columns) : csvEncoder(columns, output.delimiter);
}
