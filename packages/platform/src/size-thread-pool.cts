// Preloaded by `node --require` in every process of Hourglass: libuv reads the size when its pool is first used, and
// Node.js uses the pool to load the first ES module.
//
// A call into DuckDB occupies a thread until it returns: two for each concurrent query of a worker and for a small query
// beside them, or for the statistics and batches of an API. Four more serve files, gzip and DNS. With libuv's default of four, a few long
// queries would stop all of those.
const concurrency = Number(process.env['HOURGLASS_WORKER_CONCURRENCY']) || 2;
process.env['UV_THREADPOOL_SIZE'] ??= String(2 * (concurrency + 1) + 4);
