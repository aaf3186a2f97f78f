import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startTestQueue } from './test-queue.ts';
import { copyTemplateDatabase } from './template-database.ts';
import { programs, startProgram, systemEnvironment, urlOf } from './system-processes.ts';
import { temporaryFolder } from './temporary-folder.ts';
import type { NodeProcess } from './node-process.ts';

/** Access to a system that several test files use. */
export interface SharedServices {
  readonly url: string;
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  /** The environment variables of its processes. */
  readonly env: Readonly<Record<string, string>>;
}

export interface SharedSystemProcesses {
  readonly services: SharedServices;
  apiLog(): readonly string[];
  stop(): Promise<void>;
}

/** Starts an API and, if wanted, a worker, over a database without organizations. */
export async function startSharedSystem(options: {
  readonly templateUrl: string;
  readonly worker: boolean;
}): Promise<SharedSystemProcesses> {
  const [database, queue, folder] = await Promise.all([
    copyTemplateDatabase(options.templateUrl),
    startTestQueue(),
    temporaryFolder(),
  ]);
  const processes: NodeProcess[] = [];
  const stop = async () => {
    const results = await Promise.allSettled(processes.map((one) => one.stop()));
    await queue.stop();
    await database.drop();
    await folder.remove();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  try {
    await mkdir(path.join(folder.path, 'store'), { mode: 0o700 });
    const env = {
      ...systemEnvironment({ databaseUrl: database.url, queueUrl: queue.url, dataDirectory: folder.path }),
      HOURGLASS_SECRET_KEY: Buffer.alloc(32, 9).toString('base64'),
    };
    const api = startProgram(programs.api, env);
    processes.push(api);
    if (options.worker) processes.push(startProgram(programs.worker, env));
    return {
      services: { url: await urlOf(api), databaseUrl: database.url, dataDirectory: folder.path, env },
      apiLog: () => api.output().split('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
