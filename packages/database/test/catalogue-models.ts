import { customFieldsColumn, storedColumns, type Catalogue, type ColumnType } from '@hourglass/query';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly attribute?: string;
}

interface Model {
  readonly comment: string;
  readonly table: string;
  readonly fields: readonly Field[];
  /** Block attributes, each with the comment above it. */
  readonly keys: readonly string[];
}

/**
 * The indexes of record tables beside their keys. They serve statements of this package, not the
 * catalogue.
 */
const recordIndexes: Readonly<Record<string, readonly string[]>> = {
  instrument_charges: [
    '[environment_id, equipment, charged_at, amount], map: "instrument_charges_of_equipment"',
  ],
  instrument_followers: [
    '[environment_id, equipment, followed_at], map: "instrument_followers_of_equipment"',
  ],
  instrument_uses: [
    '[environment_id, equipment, started_at, user_id, seconds], map: "instrument_uses_of_equipment"',
  ],
  instrument_samples: [
    '[environment_id, equipment, sampled_at, count], map: "instrument_samples_of_equipment"',
  ],
  instrument_faults: [
    '[environment_id, equipment, broke_at, seconds], map: "instrument_faults_of_equipment"',
  ],
  instrument_trainings: [
    '[environment_id, equipment, trained_at, approved], map: "instrument_trainings_of_equipment"',
  ],
  orders: [
    '[environment_id, create_time(sort: Desc), no], map: "orders_newest_first"',
    '[environment_id, product_id, create_time(sort: Desc), no], map: "orders_of_product"',
  ],
  order_grants: ['[environment_id, no, count], map: "order_grants_of_order"'],
  order_returns: ['[environment_id, no, count], map: "order_returns_of_order"'],
  consumption_subscriptions: ['[environment_id, customer_id], map: "consumption_subscriptions_of_customer"'],
};

const begin = '// Begin of the models that follow from the catalogue.';
const end = '// End of the models that follow from the catalogue.';

/** Replaces the models between the two marker comments of a Prisma schema. */
export function withCatalogueModels(schema: string, catalogue: Catalogue): string {
  const [before, rest] = splitOnce(schema, begin);
  const [, after] = splitOnce(rest, end);
  const models = catalogueModels(catalogue).map(modelText).join('\n');
  return `${before}${begin}\n\n${models}\n${end}${after}`;
}

function splitOnce(text: string, marker: string): readonly [before: string, after: string] {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`the schema lacks the comment "${marker}"`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

function catalogueModels(catalogue: Catalogue): readonly Model[] {
  const datasets = [...catalogue.values()];
  const hot = datasets
    .filter(({ records }) => records.length === 0)
    .map((dataset) => ({
      comment: `Hot facts of the dataset \`${dataset.name}\`.`,
      table: dataset.hotTable,
      fields: [
        ...tenantFields,
        field('timestamp', 'timestamp', { required: true, precision: 3 }),
        ...storedColumns(dataset).map(({ name, type }) =>
          field(name, type, { required: false, precision: 3 }),
        ),
        ...(dataset.takesCustomFields ? [{ name: customFieldsColumn, type: 'Json?' }] : []),
      ],
      keys: ['@@index([environment_id, timestamp])'],
    }));
  const records = datasets
    .flatMap(({ records }) => records)
    .map(({ name, table, key, columns }) => ({
      comment: `Records of \`${name}\`.`,
      table,
      fields: [
        ...tenantFields,
        ...columns.map(({ name, type, required }) => field(name, type, { required, precision: 6 })),
      ],
      keys: [
        `@@id([${['environment_id', ...key].join(', ')}])`,
        ...(recordIndexes[table] ?? []).map((index) => `@@index(${index})`),
      ],
    }));
  return [...hot, ...records];
}

const tenantFields: readonly Field[] = [
  { name: 'environment_id', type: 'Int' },
  { name: 'batch_seq', type: 'BigInt' },
];

const prismaTypes: Readonly<Record<ColumnType, string>> = {
  text: 'String',
  integer: 'BigInt',
  decimal: 'Decimal',
  float: 'Float',
  boolean: 'Boolean',
  timestamp: 'DateTime',
};

/** `precision`: fractional digits of a timestamp's seconds. */
function field(
  name: string,
  columnType: ColumnType,
  { required, precision }: { readonly required: boolean; readonly precision: number },
): Field {
  const type = `${prismaTypes[columnType]}${required ? '' : '?'}`;
  if (columnType === 'decimal') return { name, type, attribute: '@db.Decimal(24, 6)' };
  if (columnType === 'timestamp') return { name, type, attribute: `@db.Timestamptz(${precision})` };
  return { name, type };
}

function modelText({ comment, table, fields, keys }: Model): string {
  const nameWidth = Math.max(...fields.map(({ name }) => name.length));
  const typeWidth = Math.max(...fields.map(({ type }) => type.length));
  const lines = fields.map(({ name, type, attribute = '' }) =>
    `  ${name.padEnd(nameWidth)} ${type.padEnd(typeWidth)} ${attribute}`.trimEnd(),
  );
  const attributes = [...keys, `@@map("${table}")`, '@@ignore'].map((attribute) => `  ${attribute}`);
  return [`/// ${comment}`, `model ${modelName(table)} {`, ...lines, '', ...attributes, '}', ''].join('\n');
}

/** `order_grants` is the table of the model `OrderGrant`. */
function modelName(table: string): string {
  const words = table.replace(/s$/, '').split('_');
  return words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
}
