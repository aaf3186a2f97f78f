import { median } from '../api/latencies.mjs';
import { scanningNames } from './shapes.mjs';
import { geometricMean } from './timing.mjs';

const mebibyte = 1024 ** 2;

/**
 * Compares the measurements of the contract's shapes with their targets. `met` is null if this run cannot decide it.
 * `baseline` has the measurements of a run with fewer facts, or is null.
 */
export function figuresOf(everything, baseline) {
  const measured = { ...everything, shapes: everything.shapes.filter(({ suite }) => suite === 'contract') };
  if (measured.shapes.length === 0) return [];
  return [
    ...againstPostgres(measured),
    ...againstClickHouse(measured),
    ...archiveFigures(measured),
    ...memoryFigures(measured, baseline),
    ...diskFigures(measured),
    ...ingestFigures(measured),
  ];
}

function figure(name, measured, target, met) {
  return { name, measured, target, met };
}

const times = (ratio) => `${ratio.toFixed(2)} ×`;

function againstPostgres({ shapes }) {
  if (shapes[0].ms.postgres === undefined) return [];
  const ratios = shapes.map(({ ms }) => ms.postgres / ms.hourglass);
  const mean = geometricMean(ratios);
  const slower = shapes.filter((_, index) => ratios[index] < 1);
  return [
    figure('engine time of PostgreSQL over Hourglass, geometric mean', times(mean), '≥ 10 ×', mean >= 10),
    figure('shapes slower than PostgreSQL', String(slower.length), '0', slower.length === 0),
  ];
}

function againstClickHouse({ shapes }) {
  if (shapes[0].ms.clickhouse === undefined) return [];
  const mean = geometricMean(shapes.map(({ ms }) => ms.hourglass / ms.clickhouse));
  return [
    figure('engine time of Hourglass over ClickHouse, geometric mean', times(mean), '≤ 0.80 ×', mean <= 0.8),
    ...scanFigures(shapes.filter(({ name }) => scanningNames.has(name))),
  ];
}

function scanFigures(scanning) {
  if (scanning.length === 0) return [];
  const ratios = scanning.map(({ ms }) => ms.hourglass / ms.clickhouse);
  const [mean, worst] = [geometricMean(ratios), Math.max(...ratios)];
  return [
    figure(`the same of ${ratios.length} shapes that scan`, times(mean), '≤ 0.90 ×', mean <= 0.9),
    figure('worst of them', times(worst), '≤ 1.20 ×', worst <= 1.2),
  ];
}

function archiveFigures({ archives: all }) {
  const archives = all.filter(({ bareMs }) => Number.isFinite(bareMs));
  if (archives.length === 0) return [];
  const reports = archives.filter(({ isForWriting, hasOwnStatement }) => !isForWriting && !hasOwnStatement);
  const ratios = reports.filter(isLong).map(({ systemMs, bareMs }) => systemMs / bareMs);
  const addedMs = reports
    .filter((report) => !isLong(report))
    .map(({ systemMs, bareMs }) => systemMs - bareMs);
  const large = archives.filter(({ isForWriting }) => isForWriting);
  const figures = large.map(({ name, systemMs, bareMs }) => {
    const ratio = systemMs / bareMs;
    const most = name.includes('without time') ? 0.5 : 0.4;
    return figure(
      `archive of ${name}, over gzip COPY of DuckDB`,
      times(ratio),
      `≤ ${most.toFixed(2)} ×`,
      ratio <= most,
    );
  });
  for (const { name, systemMs, bareMs } of archives.filter(({ hasOwnStatement }) => hasOwnStatement)) {
    const ratio = systemMs / bareMs;
    figures.push(
      figure(`archive of "${name}" over bare engine's own statement`, times(ratio), '≤ 1.50 ×', ratio <= 1.5),
    );
  }
  if (ratios.length > 0) {
    const worst = Math.max(...ratios);
    figures.push(
      figure('archive over bare engine, worst report above 1 s', times(worst), '≤ 1.30 ×', worst <= 1.3),
    );
  }
  if (addedMs.length > 0) {
    const worst = Math.max(...addedMs);
    const found = `${worst.toFixed(0)} ms`;
    figures.push(
      figure('archive after bare engine, worst of the other reports', found, '≤ 50 ms', worst <= 50),
    );
  }
  return figures;
}

/** Long reports have a target for the ratio, short ones for the difference. */
function isLong({ bareMs }) {
  return bareMs > 1000;
}

function memoryFigures({ memory, shapes, rows }, baseline) {
  const peak = memory.afterReports;
  if (peak === null) return [];
  const figures = [
    figure('peak resident memory of the worker', mebibytes(peak), '≤ 800 MiB', peak <= 800 * mebibyte),
  ];
  if (baseline === null) return figures;
  const factor = rows / baseline.rows;
  const growth = peak / baseline.memory.afterReports - 1;
  const slowdown = geometricMean(
    shapes.map(
      ({ name, ms }) => ms.hourglass / baseline.shapes.find((one) => one.name === name).ms.hourglass,
    ),
  );
  const tenfold = factor === 10;
  return [
    ...figures,
    figure(
      `growth of peak memory at ${factor} × the facts`,
      `${(growth * 100).toFixed(0)} %`,
      '< 20 %',
      tenfold ? growth < 0.2 : null,
    ),
    figure(
      `engine time at ${factor} × the facts, geometric mean`,
      times(slowdown),
      '≤ 11 ×',
      tenfold ? slowdown <= 11 : null,
    ),
  ];
}

function diskFigures({ bytes, rows }) {
  if (bytes.postgres === undefined) return [];
  const share = bytes.hourglass.table / bytes.postgres.table;
  const perFact = (count) => (count / rows).toFixed(1);
  return [
    figure(
      `bytes per sealed fact (${perFact(bytes.hourglass.table)}) over the PostgreSQL table without index (${perFact(bytes.postgres.table)})`,
      `1/${(1 / share).toFixed(1)}`,
      '≤ 1/11',
      share <= 1 / 11,
    ),
  ];
}

/** Compares whole files, which have the same number of facts on both sides. */
function ingestFigures({ loads }) {
  if (loads.postgres === undefined) return [];
  const ratio = median(loads.postgres) / median(loads.hourglass);
  return [
    figure(
      'throughput of large NDJSON batches over HTTP over COPY of CSV',
      times(ratio),
      '≥ 2 ×',
      ratio >= 2,
    ),
  ];
}

export function mebibytes(count) {
  return `${Math.round(count / mebibyte)} MiB`;
}
