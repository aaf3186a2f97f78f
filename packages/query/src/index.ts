export * from './catalogue/dataset.ts';
export * from './plan/plan.ts';
export * from './plan/request.ts';
export * from './plan/output-columns.ts';
