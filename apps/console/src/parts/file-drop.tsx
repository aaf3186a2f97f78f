import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useTexts } from '../text/texts.tsx';
import { useImporter } from './importer.tsx';
import { dataPath } from './paths.ts';

/** Takes files that are dropped on any page of an environment to its imports. */
export function FileDrop({ environment }: { readonly environment: string }) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const { choose, current } = useImporter();
  const [isOver, setOver] = useState(false);
  const isImporting = current !== null;
  useEffect(() => {
    const take = (files: readonly File[]) => {
      if (!isImporting) choose(files);
      navigate(dataPath(environment));
    };
    return watchDrops(setOver, take);
  }, [choose, environment, isImporting, navigate]);
  // Files that were chosen for an environment are not imported into another one.
  useEffect(() => () => choose([]), [choose]);
  return isOver && <div className="file-drop">{t('import.drop')}</div>;
}

/** Without it the browser would leave the page for the file. Returns the function that ends it. */
function watchDrops(
  onOver: (isOver: boolean) => void,
  onFiles: (files: readonly File[]) => void,
): () => void {
  const over = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    onOver(!isInDialog());
  };
  const leave = ({ relatedTarget }: DragEvent) => {
    if (relatedTarget === null) onOver(false);
  };
  const drop = (event: DragEvent) => {
    onOver(false);
    // The drop zone has taken them.
    if (event.defaultPrevented || !hasFiles(event)) return;
    event.preventDefault();
    if (!isInDialog()) onFiles([...(event.dataTransfer?.files ?? [])]);
  };
  window.addEventListener('dragover', over);
  window.addEventListener('dragleave', leave);
  window.addEventListener('drop', drop);
  return () => {
    window.removeEventListener('dragover', over);
    window.removeEventListener('dragleave', leave);
    window.removeEventListener('drop', drop);
  };
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}

function isInDialog(): boolean {
  return document.querySelector('dialog[open]') !== null;
}
