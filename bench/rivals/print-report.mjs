import { mebibytes } from './figures.mjs';
import { milliseconds, printTable } from './markdown-table.mjs';
import { printCauses } from './print-causes.mjs';
import { geometricMean } from './timing.mjs';

const columnTitles = { hourglass: 'Hourglass', postgres: 'PostgreSQL', clickhouse: 'ClickHouse' };

/** Prints all measurements as Markdown tables. */
export function printReport(measured, figures) {
  const { rows, seed, threads, machine, contestants, comparisons } = measured;
  console.log(`\n${rows.toLocaleString('en')} facts, seed ${seed}, ${threads} threads each; ${machine}`);
  for (const contestant of contestants) console.log(`- ${contestant}`);
  console.log(`\nResults compared: ${comparisons.passed} equal, ${comparisons.failed} different.`);
  for (const suite of new Set(measured.shapes.map((shape) => shape.suite))) {
    console.log(`\nEngine time (medians), suite "${suite}":\n`);
    printTable(engineTable(measured.shapes.filter((shape) => shape.suite === suite)));
  }
  if (measured.causes.length > 0) printCauses(measured.causes);
  if (measured.archives.length > 0) {
    console.log('\nFrom submission to archive (medians):\n');
    printTable(archiveTable(measured.archives));
  }
  console.log(`\n${sizes(measured)}\n`);
  if (figures.length === 0) return;
  printTable([
    ['Figure', 'Measured', 'Target', ''],
    ...figures.map(({ name, measured: value, target, met }) => [name, value, target, verdict(met)]),
  ]);
}

function engineTable(shapes) {
  const keys = Object.keys(columnTitles).filter((key) => shapes[0].ms[key] !== undefined);
  const others = keys.slice(1);
  const means = others.map((key) => geometricMean(shapes.map(({ ms }) => ms[key] / ms.hourglass)).toFixed(2));
  return [
    [
      'Shape',
      ...keys.map((key) => `${columnTitles[key]} ms`),
      ...others.map((key) => `${columnTitles[key]} / Hourglass`),
    ],
    ...shapes.map(({ name, ms }) => [
      name,
      ...keys.map((key) => milliseconds(ms[key])),
      ...others.map((key) => (ms[key] / ms.hourglass).toFixed(2)),
    ]),
    [
      'geometric mean',
      ...keys.map((key) => milliseconds(geometricMean(shapes.map(({ ms }) => ms[key])))),
      ...means,
    ],
  ];
}

function archiveTable(archives) {
  return [
    ['Report', 'archive ms', 'bare engine ms', 'ratio', 'difference ms'],
    ...archives.map(({ name, systemMs, bareMs }) => [
      name,
      milliseconds(systemMs),
      milliseconds(bareMs),
      ...(Number.isFinite(bareMs)
        ? [(systemMs / bareMs).toFixed(2), milliseconds(systemMs - bareMs)]
        : ['', '']),
    ]),
  ];
}

function sizes({ bytes, segments, memory, rows }) {
  const parts = Object.entries(bytes).map(([key, { table, indexes }]) => {
    const more = indexes === undefined ? '' : ` (plus ${(indexes / rows).toFixed(1)} for the index)`;
    return `${columnTitles[key]} ${(table / rows).toFixed(1)}${more}`;
  });
  const peaks =
    memory.afterReports === null
      ? ''
      : ` Peak memory of the worker: ${mebibytes(memory.afterSealing)} after sealing, ${mebibytes(memory.afterReports)} after the reports.`;
  return `Bytes per fact: ${parts.join(', ')}. ${segments} segments.${peaks}`;
}

function verdict(met) {
  if (met === null) return '';
  return met ? 'met' : 'MISSED';
}
