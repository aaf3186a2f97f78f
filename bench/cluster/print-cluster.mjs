import { printTable } from '../rivals/markdown-table.mjs';
import { geometricMean } from '../rivals/timing.mjs';
import { twelve } from './cluster-reports.mjs';
import { predictBusiest } from './model.mjs';

const targets = { sliced: 0.42, twelve: 0.55 };
const predicted = [8, 32];

/** Prints the tables. Returns whether a target is missed, and whether bytes differ. */
export function printCluster(measured, { rows }) {
  const counts = measured.map(({ nodes }) => nodes);
  const reports = measured[0].reports.map(({ name, isSliced }, index) => ({
    ...{ name, isSliced },
    byNodes: measured.map(({ nodes, reports }) => ({ nodes, ...reports[index] })),
  }));
  console.log(
    `${Number(rows).toLocaleString('en')} facts; seconds of processor time of the busiest node for one report\n`,
  );
  const head = [
    'Report',
    ...counts.map(nodesText),
    'Last / first',
    ...counts.slice(1).map((n) => `Rows sent, ${n}`),
  ];
  printTable([head, ...reports.map(rowOf)]);
  const isDifferent = printDifferences(reports);
  const figures = figuresOf(reports);
  console.log();
  printTable([['Figure', 'Found', 'Target', ''], ...figures.map(({ cells }) => cells)]);
  if (counts.join() === '1,2,3') printPredictions(reports);
  return { isDifferent, isMissed: figures.some(({ isMet }) => !isMet) };
}

function rowOf({ name, byNodes }) {
  return [
    name,
    ...byNodes.map(({ busiestMs }) => seconds(busiestMs)),
    ratioOf(byNodes).toFixed(2),
    ...byNodes.slice(1).map(({ shippedRows }) => Math.round(shippedRows).toLocaleString('en')),
  ];
}

const ratioOf = (byNodes) => byNodes.at(-1).busiestMs / byNodes[0].busiestMs;
const seconds = (ms) => (ms / 1000).toFixed(2);
const nodesText = (nodes) => `${nodes} ${nodes === 1 ? 'node' : 'nodes'}`;

function printDifferences(reports) {
  const different = reports.filter(({ byNodes }) => byNodes.some(({ isDifferent }) => isDifferent));
  for (const { name } of different) console.log(`DIFFERENT BYTES: ${name}`);
  console.log(`\n${reports.length - different.length} of ${reports.length} reports have the bytes of DuckDB`);
  return different.length > 0;
}

function figuresOf(reports) {
  const groups = [
    { name: 'sliced reports', target: targets.sliced, of: reports.filter(({ isSliced }) => isSliced) },
    {
      name: 'the twelve shapes',
      target: targets.twelve,
      of: reports.filter(({ name }) => twelve.includes(name)),
    },
  ];
  return groups
    .filter(({ of }) => of.length > 0)
    .map(({ name, target, of }) => {
      const found = geometricMean(of.map(({ byNodes }) => ratioOf(byNodes)));
      const isMet = found <= target;
      const cells = [`last / first, ${name}`, found.toFixed(2), `≤ ${target}`, isMet ? 'met' : 'MISSED'];
      return { isMet, cells };
    });
}

function printPredictions(reports) {
  const rows = reports.map(({ name, byNodes }) => {
    const found = byNodes[2].busiestMs;
    const error = predictBusiest(byNodes.slice(0, 2), 3) / found - 1;
    const larger = predicted.map((nodes) => predictBusiest(byNodes, nodes));
    return {
      error,
      cells: [
        name,
        percent(error),
        ...larger.map(seconds),
        ...larger.map((ms) => (ms / byNodes[0].busiestMs).toFixed(2)),
      ],
    };
  });
  const errors = rows.map(({ error }) => Math.abs(error)).toSorted((one, other) => one - other);
  console.log();
  const head = [
    'Report',
    'Error of predicting 3 from 1 and 2',
    ...predicted.map(nodesText),
    ...predicted.map((n) => `${n} / 1`),
  ];
  printTable([head, ...rows.map(({ cells }) => cells)]);
  console.log(`\nmedian error ${percent(errors[errors.length >> 1])}, largest ${percent(errors.at(-1))}`);
}

const percent = (share) => `${(share * 100).toFixed(0)} %`;
