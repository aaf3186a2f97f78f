/** Runs the body of a script. An error is printed as one line, with --debug also its stack, and makes the exit code 1. */
export async function reportFailure(body) {
  try {
    await body();
  } catch (error) {
    console.error(`hourglass: ${error.message}`);
    if (process.argv.includes('--debug')) console.error(error.stack);
    process.exit(1);
  }
}
