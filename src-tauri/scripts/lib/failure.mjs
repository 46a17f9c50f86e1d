// An expected failure of a command: what went wrong, why, and what the person can do. It prints nothing by itself except
// through `main`, which every script runs its work in.

export class Failure extends Error {
  constructor(what, { why, hint, exitCode = 1 } = {}) {
    super(what);
    this.why = why;
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** Runs `work` and turns what it throws into words and an exit code. A number that it returns is the exit code. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\nerror: ${error.message}`);
    if (error.why) console.error(`  why: ${error.why}`);
    if (error.hint) console.error(`  do:  ${error.hint.replaceAll('\n', '\n       ')}`);
    process.exitCode = error.exitCode;
  }
}
