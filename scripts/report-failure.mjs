/** Runs the body of a script. An error is printed as one line and makes the exit code 1. */
export async function reportFailure(body) {
  try {
    await body();
  } catch (error) {
    console.error(`hourglass: ${error.message}`);
    process.exit(1);
  }
}
