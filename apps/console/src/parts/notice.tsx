import type { ReactNode } from 'react';
import { CopyText } from './copy-text.tsx';

/** Fills a page without content: states the reason and the next step. */
export function Notice({
  title,
  command,
  action,
  children,
}: {
  readonly title: string;
  /** For the shell. */
  readonly command?: string;
  /** A link or button for the next step. */
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <section className="notice">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
      {command !== undefined && <CopyText text={command} />}
    </section>
  );
}
