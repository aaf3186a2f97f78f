// The catalogue without planning and compilation, for programs that start often: the SQL builder takes
// longer to load than most commands of the command line run.
export * from './catalogue/dataset.ts';
export { apiDataset } from './catalogue/api/api-dataset.ts';
export * from './catalogue/catalogue.ts';
export * from './catalogue/check-catalogue.ts';
export * from './catalogue/custom-field.ts';
export * from './catalogue/describe-fields.ts';
export * from './catalogue/fact-row.ts';
export * from './catalogue/ingest-target.ts';
export * from './catalogue/record-set.ts';
export { customFieldsColumn } from './catalogue/names.ts';
export * from './catalogue/with-custom-fields.ts';
export * from './compile/segment-columns.ts';
export * from './compile/segment-key.ts';
export type { TimeRange } from './plan/plan.ts';
