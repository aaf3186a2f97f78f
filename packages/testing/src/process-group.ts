import { unwatchApi, watchApi, type CheckedDocument } from './document-check.ts';
import type { NodeProcess } from './node-process.ts';
import { programs, startProgram, urlOf } from './system-processes.ts';

type Variables = Readonly<Record<string, string>>;

/** The processes that one test file starts over a system, which end together. */
export class ProcessGroup {
  private readonly env: Variables;
  private readonly processes: NodeProcess[] = [];
  private readonly watched: string[] = [];

  /** @param env the environment variables of every process */
  constructor(env: Variables) {
    this.env = env;
  }

  start(entry: string, more: Variables = {}, args: readonly string[] = []): NodeProcess {
    const started = startProgram(entry, { ...this.env, ...more }, args);
    this.processes.push(started);
    return started;
  }

  /** Waits until the API listens. From then on every response of it is checked. */
  async watch(api: NodeProcess): Promise<{ url: string; document: CheckedDocument }> {
    const url = await urlOf(api);
    this.watched.push(url);
    return { url, document: await watchApi(url) };
  }

  /** Runs a command of the command line to its end. */
  async runCli(
    { url, token }: { readonly url: string; readonly token: string },
    args: readonly string[],
  ): Promise<{ code: number | null; output: string }> {
    const cli = this.start(programs.cli, { HOURGLASS_URL: url, HOURGLASS_TOKEN: token }, args);
    const { code } = await cli.exited;
    return { code, output: cli.output() };
  }

  /** Stops every process, then calls `cleanUp`. Throws the first failure to stop a process. */
  async stop(cleanUp: () => Promise<void>): Promise<void> {
    for (const origin of this.watched) unwatchApi(origin);
    const results = await Promise.allSettled(this.processes.map((one) => one.stop()));
    await cleanUp();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}
