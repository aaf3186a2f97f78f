/** The statements of a kept partial's name. */
export interface PartialName {
  /** SHA-256 of the description of its shape, hex. */
  readonly shapeSha256: string;
  readonly rows: number;
  /** Facts of the segment. */
  readonly facts: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

const pattern =
  /^(?<shapeSha256>[0-9a-f]{64})-(?<rows>\d{1,15})-(?<facts>\d{1,15})-(?<sha256>[0-9a-f]{64})\.parquet$/;

export function formatPartialName({ shapeSha256, rows, facts, sha256 }: PartialName): string {
  return `${shapeSha256}-${rows}-${facts}-${sha256}.parquet`;
}

/** Null: the file is not a partial. */
export function parsePartialName(name: string): PartialName | null {
  const groups = pattern.exec(name)?.groups;
  if (groups === undefined) return null;
  const { shapeSha256 = '', sha256 = '' } = groups;
  return { shapeSha256, sha256, rows: Number(groups['rows']), facts: Number(groups['facts']) };
}
