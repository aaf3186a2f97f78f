import type { ImportChoices } from '../../import/import-state.ts';
import type { TextKey } from '../../text/languages.ts';

/** `name`: by the name of each file. */
export const formatChoices = [
  'name',
  'auto',
  'combined',
  'common',
  'vhost_combined',
  'nginx_main',
  'nginx_timed',
  'nginx_ingress',
  'nginx_json',
  'ndjson',
  'csv',
] as const;

/** The values of the controls. */
export interface ImportFormState {
  readonly format: string;
  readonly proxy: string;
  readonly proxyName: string;
  readonly segment: string;
  readonly separator: string;
  readonly onError: string;
}

export const startForm: ImportFormState = {
  format: 'name',
  proxy: 'none',
  proxyName: '',
  segment: '1',
  separator: ',',
  onError: 'refuse',
};

export function formatTextKey(format: (typeof formatChoices)[number]): TextKey {
  return `import.format.${format}`;
}

export function choicesOf(form: ImportFormState): ImportChoices {
  const { format, proxy, proxyName, segment, separator, onError } = form;
  const chosen = formatChoices.find((name) => name === format) ?? 'name';
  return {
    format: chosen === 'name' ? null : chosen,
    proxy: proxyOf(proxy, proxyName, segment),
    separator,
    onError: onError === 'skip' ? 'skip' : 'refuse',
  };
}

function proxyOf(proxy: string, name: string, segment: string): ImportChoices['proxy'] {
  if (proxy === 'fixed' && name.trim() !== '') return { kind: 'fixed', name: name.trim() };
  return proxy === 'path' ? { kind: 'path', segment: Math.max(1, Math.trunc(Number(segment)) || 1) } : null;
}
