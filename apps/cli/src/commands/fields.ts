import type { Command } from 'commander';
import { didYouMean } from '@hourglass/contract/messages';
import { catalogue, describeFields, type Dataset } from '@hourglass/query/catalogue';
import { printResult, type LocalContext } from '../command-context.ts';
import { UsageError } from '../command-error.ts';
import { fieldTables } from '../fields/field-tables.ts';
import { fieldsPage } from '../fields/fields-page.ts';

interface FieldsOptions {
  readonly dataset: string;
  readonly markdown?: boolean;
}

/** `hourglass fields`: the metrics and dimensions that facts and queries may use. */
export function configureFields(command: Command, context: LocalContext): void {
  command
    .option('--dataset <name>', 'dataset of the fields', 'api')
    .option('--markdown', 'print the reference page of all datasets')
    .action(({ dataset: name, markdown }: FieldsOptions) => {
      if (markdown === true) {
        context.output.write(fieldsPage(catalogue));
        return;
      }
      const dataset = datasetNamed(name);
      const { dimensions, metrics } = describeFields(dataset);
      const { records } = dataset;
      printResult(context, { dataset: name, dimensions, metrics, records }, plainTables(dataset));
    });
}

function datasetNamed(name: string): Dataset {
  const dataset = catalogue.get(name);
  if (dataset !== undefined) return dataset;
  const names = [...catalogue.keys()];
  throw new UsageError(
    `--dataset: no dataset "${name}"; expected one of ${names.join(', ')}${didYouMean(name, names)}`,
  );
}

/** Columns are separated by tabs, as in the other lists. */
function plainTables(dataset: Dataset): string {
  return fieldTables(dataset)
    .map(({ title, columns, rows }) =>
      [`${title}:`, columns.join('\t'), ...rows.map((row) => row.join('\t').trimEnd())].join('\n'),
    )
    .join('\n\n');
}
