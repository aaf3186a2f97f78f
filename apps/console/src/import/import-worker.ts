import type { CustomFieldList } from '@hourglass/contract';
import { declareFields } from '@hourglass/facts/formats';
import { apiDataset, factsTarget } from '@hourglass/query/catalogue';
import { startState, type ImportRequest, type ImportState } from './import-state.ts';
import { runImport, type ImportPorts } from './run-import.ts';

/** From the page to the worker. */
export type ImportOrder =
  | { readonly kind: 'start'; readonly request: ImportRequest }
  | { readonly kind: 'resume' };

/** The scope of a worker, whose types exclude those of a page. */
interface WorkerScope {
  postMessage(state: ImportState): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ImportOrder>) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

const reportEveryMs = 100;
let resume = () => {};

scope.addEventListener('message', ({ data }) => {
  if (data.kind === 'resume') resume();
  else void start(data.request);
});

async function start(request: ImportRequest): Promise<void> {
  let last = startState(request.files);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has one page
  const report = throttled((state) => scope.postMessage(state));
  const onState = (state: ImportState) => {
    last = state;
    report(state);
  };
  try {
    await runImport(request, portsOf(request, onState));
  } catch (error) {
    // For example a file that was deleted while it was read.
    const message = error instanceof Error ? error.message : String(error);
    onState({
      ...last,
      phase: 'stopped',
      problem: { status: 0, code: 'unexpected', message, requestId: null },
    });
  }
}

function portsOf(request: ImportRequest, onState: ImportPorts['onState']): ImportPorts {
  return {
    fetch: (input, init) => fetch(input, init),
    wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    csvOptions: (separator) => csvOptions(request.environmentUrl, separator),
    onState,
    resumed: () =>
      new Promise((resolve) => {
        resume = resolve;
      }),
  };
}

/** Custom fields have types of their own. A session that may not read them reads text. */
async function csvOptions(environmentUrl: string, separator: string) {
  const response = await fetch(`${environmentUrl}/customFields`, { credentials: 'same-origin' });
  const list: CustomFieldList = response.ok
    ? ((await response.json()) as CustomFieldList)
    : { undeclaredFields: 'refuse', fields: [] };
  const { dataset, undeclaredFields } = declareFields(apiDataset, list);
  return { target: factsTarget(dataset), undeclaredFields, separator };
}

/** A state with another phase is reported at once, others at most every `reportEveryMs`. */
function throttled(report: (state: ImportState) => void): (state: ImportState) => void {
  let reportedMs = 0;
  let phase = '';
  return (state) => {
    const nowMs = performance.now();
    if (state.phase === phase && nowMs - reportedMs < reportEveryMs) return;
    reportedMs = nowMs;
    phase = state.phase;
    report(state);
  };
}
