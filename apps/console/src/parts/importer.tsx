import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { ImportRequest, ImportState } from '../import/import-state.ts';
import type { ImportOrder } from '../import/import-worker.ts';

export interface RunningImport {
  readonly request: ImportRequest;
  /** Null until the worker has reported. */
  readonly state: ImportState | null;
}

export interface Importer {
  /** Files that are ready to be imported. */
  readonly chosen: readonly File[];
  readonly choose: (files: readonly File[]) => void;
  readonly current: RunningImport | null;
  readonly start: (request: ImportRequest) => void;
  /** Lets a paused import go on. */
  readonly resume: () => void;
  /** Ends the import, if one runs, and forgets it. Stored batches stay. */
  readonly clear: () => void;
}

const ImporterContext = createContext<Importer | null>(null);

/**
 * Runs imports in a worker above the pages, so that none ends because a person looks at another page or signs in again.
 * @param owner the user; an import ends when another one signs in
 */
export function ImporterProvider({
  owner,
  children,
}: {
  readonly owner: string | undefined;
  readonly children: ReactNode;
}) {
  const [current, setCurrent] = useState<RunningImport | null>(null);
  const [chosen, choose] = useState<readonly File[]>([]);
  const worker = useRef<Worker | null>(null);
  const starter = useRef<string | undefined>(undefined);
  const importer = useMemo<Importer>(() => {
    const clear = () => {
      worker.current?.terminate();
      worker.current = null;
      setCurrent(null);
    };
    return {
      ...{ chosen, choose, current, clear },
      start(request) {
        clear();
        choose([]);
        starter.current = owner;
        setCurrent({ request, state: null });
        worker.current = startWorker(request, (state) => setCurrent({ request, state }));
      },
      resume: () => order(worker.current, { kind: 'resume' }),
    };
  }, [chosen, current, owner]);
  useEffect(() => {
    if (owner !== undefined && starter.current !== undefined && owner !== starter.current) importer.clear();
  }, [owner, importer]);
  useWarningBeforeUnload(current !== null && isActive(current));
  return <ImporterContext value={importer}>{children}</ImporterContext>;
}

export function useImporter(): Importer {
  const importer = useContext(ImporterContext);
  if (importer === null) throw new Error('unreachable: no ImporterProvider');
  return importer;
}

/** Whether the import would lose something if the page were closed. */
export function isActive({ state }: RunningImport): boolean {
  return state === null || ['running', 'waiting', 'paused'].includes(state.phase);
}

function startWorker(request: ImportRequest, onState: (state: ImportState) => void): Worker {
  const worker = new Worker(new URL('../import/import-worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<ImportState>) => onState(data));
  order(worker, { kind: 'start', request });
  return worker;
}

function order(worker: Worker | null, message: ImportOrder): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to choose
  worker?.postMessage(message);
}

function useWarningBeforeUnload(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isNeeded]);
}
