import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { SqlStatement } from '../src/index.ts';

export interface ClickHouseProcess {
  /** Returns the rows as lines, without escapes. Statements run one after another. */
  run(statement: SqlStatement): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a real ClickHouse without a network, and installs it before with the benchmark's dependencies. */
export async function startClickHouse(
  settings: Readonly<Record<string, string>>,
): Promise<ClickHouseProcess> {
  const install = new URL('../../../bench/rivals/install.mjs', import.meta.url);
  const { installRivals } = (await import(install.href)) as { installRivals: () => Promise<void> };
  await installRivals();
  const child = fork(new URL('clickhouse-process.mjs', import.meta.url), { stdio: 'inherit' });
  const exited = once(child, 'exit');
  const answer = async () => {
    const [message] = (await Promise.race([
      once(child, 'message'),
      exited.then(() => Promise.reject(new Error('ClickHouse has ended'))),
    ])) as [{ readonly text: string } | { readonly error: string }];
    if ('error' in message) throw new Error(message.error);
    return message.text;
  };
  await answer();
  async function run({ sql, parameters }: SqlStatement): Promise<string> {
    const named = Object.fromEntries(parameters.map((value, index) => [`p${index + 1}`, value]));
    const answered = answer();
    child.send({ sql, parameters: named });
    return answered;
  }
  for (const [name, value] of Object.entries(settings))
    await run({ sql: `set ${name} = '${value}'`, parameters: [] });
  return {
    run,
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
