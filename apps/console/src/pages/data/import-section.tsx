import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { refreshBatches } from '../../api/batches.ts';
import { pathOf, type Place } from '../../api/environments.ts';
import { apiUrl } from '../../api/http.ts';
import type { ImportChoices } from '../../import/import-state.ts';
import { isActive, useImporter } from '../../parts/importer.tsx';
import { DropZone } from './drop-zone.tsx';
import { ImportForm } from './import-form.tsx';
import { ImportOutcome } from './import-outcome.tsx';
import { ImportProgress } from './import-progress.tsx';

/** Files are dropped, the choices are made, and the import runs. */
export function ImportSection({ place }: { readonly place: Place }) {
  const { chosen, choose, current, start, clear } = useImporter();
  useFreshBatches(place, current?.state?.accepted ?? 0);
  const environmentUrl = new URL(apiUrl(pathOf(place)), location.href).href;
  const begin = (choices: ImportChoices) => start({ ...choices, files: chosen, environmentUrl });
  if (current === null)
    return chosen.length === 0 ? (
      <DropZone onFiles={choose} />
    ) : (
      <ImportForm files={chosen} onImport={begin} onCancel={() => choose([])} />
    );
  if (isActive(current)) return <ImportProgress current={current} />;
  return (
    <ImportOutcome
      place={place}
      current={current}
      onClose={clear}
      onSkip={() => start({ ...current.request, onError: 'skip' })}
    />
  );
}

/** Reads the list of batches again after each one that was stored. */
function useFreshBatches({ organization, environment }: Place, stored: number): void {
  const client = useQueryClient();
  useEffect(() => {
    if (stored > 0) void refreshBatches(client, { organization, environment });
  }, [client, organization, environment, stored]);
}
