import type { ReactNode } from 'react';
import { CopyText } from './copy-text.tsx';

/** Fills a page without content: states the reason and the next step. */
export function Notice({
  title,
  command,
  children,
}: {
  readonly title: string;
  /** For the shell. */
  readonly command?: string;
  readonly children?: ReactNode;
}) {
  return (
    <section className="notice">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {command !== undefined && <CopyText text={command} />}
    </section>
  );
}
