/** Organizations and tokens that were used since the last write. */
export interface Uses {
  readonly organizations: readonly string[];
  readonly tokenIds: readonly string[];
}

export interface LastUses {
  /** Sets the time of last use to now. Rows that another transaction holds are left out. */
  record(uses: Uses): Promise<void>;
}
