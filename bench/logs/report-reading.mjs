/** Reads the file once to warm up and once measured, and prints the figures as JSON. */
export async function reportReading(read, file) {
  await read(file);
  const since = process.cpuUsage();
  const { rows, chars } = await read(file);
  const { user, system } = process.cpuUsage(since);
  const processorUs = (user + system) / rows;
  console.log(JSON.stringify({ rows, chars, processorUs, peakKib: process.resourceUsage().maxRSS }));
}
