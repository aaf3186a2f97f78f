// Counts the bytes that a program allocates on the JavaScript heap. Loaded before the program, or imported first.
const v8 = require('node:v8');

// Optimized code allocates less, and the machine decides when code is optimized.
for (const flag of ['--no-opt', '--no-sparkplug', '--no-maglev']) v8.setFlagsFromString(flag);

let profiler = startProfiler();
let usedBytes = v8.getHeapStatistics().used_heap_size;
let allocatedBytes = 0;

function startProfiler() {
  const started = new v8.GCProfiler();
  started.start();
  return started;
}

/** Returns the bytes since the start. The heap grows by what is allocated between two collections. */
function readAllocatedBytes() {
  for (const { beforeGC, afterGC } of profiler.stop().statistics) {
    allocatedBytes += beforeGC.heapStatistics.usedHeapSize - usedBytes;
    usedBytes = afterGC.heapStatistics.usedHeapSize;
  }
  const nowBytes = v8.getHeapStatistics().used_heap_size;
  allocatedBytes += nowBytes - usedBytes;
  usedBytes = nowBytes;
  profiler = startProfiler();
  return allocatedBytes;
}

let reading = 0;
process.on('SIGUSR2', () => {
  reading += 1;
  process.stdout.write(`${JSON.stringify({ reading, allocatedBytes: readAllocatedBytes() })}\n`);
});

module.exports = { readAllocatedBytes };
