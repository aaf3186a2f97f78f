import { useEffect, useRef, useState } from 'react';
import { openRanges, readManifestKey } from '../../api/archive.ts';
import type { Place } from '../../api/environments.ts';
import type { Manifest } from '../../archive/manifest.ts';
import {
  hasSameParts,
  openManifest,
  verifyParts,
  verifySignature,
  type Verdict,
} from '../../archive/verify.ts';
import { ArchiveFault } from '../../archive/zip-directory.ts';

export type Verification =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'reading';
      readonly fraction: number;
      readonly manifest: Manifest | null;
      /** Verdicts on the parts so far, in their order. */
      readonly parts: readonly Verdict[];
    }
  | {
      readonly kind: 'done';
      readonly manifest: Manifest;
      readonly parts: readonly Verdict[];
      readonly signature: Verdict;
      readonly hasSameParts: boolean;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly problem: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Verifies the archive of a query on request, part by part. */
export function useVerification(place: Place, id: string) {
  const [state, setState] = useState<Verification>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = () => {
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const show = (next: Verification) => {
      if (!signal.aborted) setState(next);
    };
    const verify = async () => {
      show({ kind: 'reading', fraction: 0, manifest: null, parts: [] });
      try {
        show(await verifyArchive(place, id, signal, show));
      } catch (error) {
        show(
          error instanceof ArchiveFault
            ? { kind: 'damaged', problem: error.message }
            : { kind: 'failed', error },
        );
      }
    };
    void verify();
  };
  return {
    state,
    start,
    cancel: () => {
      running.current?.abort();
      setState({ kind: 'idle' });
    },
  };
}

async function verifyArchive(
  place: Place,
  id: string,
  signal: AbortSignal,
  show: (state: Verification) => void,
): Promise<Verification> {
  const { subtle } = window.crypto;
  const opened = await openManifest(await openRanges(place, id, signal));
  if (opened === null) return { kind: 'missing' };
  const { manifest } = opened.signed;
  const [signature, parts] = [
    await verifySignature(opened.signed, await readManifestKey(signal), subtle),
    [] as Verdict[],
  ];
  const allBytes = manifest.parts.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  let bytes = 0;
  show({ kind: 'reading', fraction: 0, manifest, parts: [] });
  for await (const { part, verdict } of verifyParts(opened, subtle)) {
    parts.push(verdict);
    bytes += part.gzipBytes;
    show({ kind: 'reading', fraction: allBytes === 0 ? 1 : bytes / allBytes, manifest, parts: [...parts] });
  }
  return { kind: 'done', manifest, parts, signature, hasSameParts: hasSameParts(opened) };
}
