/** The body of a submission. Its shape was checked, but not its names and values. */
export interface QueryRequest {
  readonly metrics?: readonly MetricRequest[] | undefined;
  readonly dimensions?: readonly string[] | undefined;
  readonly timeRange: string | { readonly start: string; readonly end: string };
  readonly groupByTimeUnit?: string | undefined;
  /** Minutes east of UTC; the contract's `tzo`. */
  readonly utcOffsetMinutes?: number | undefined;
  /** A name in the tz database. Excludes `utcOffsetMinutes`. */
  readonly timeZone?: string | undefined;
  readonly limit?: number | undefined;
  readonly filter?: string | undefined;
  readonly outputFormat?: string | undefined;
  readonly csvDelimiter?: string | undefined;
  readonly csvBom?: boolean | undefined;
  readonly csvHeader?: boolean | undefined;
  readonly csvSafe?: boolean | undefined;
  readonly orderBy?: readonly OrderRequest[] | undefined;
  readonly having?: string | undefined;
  readonly others?: boolean | undefined;
  readonly compareTo?: string | { readonly start: string; readonly end: string } | undefined;
  readonly fillGaps?: boolean | undefined;
}

export interface OrderRequest {
  readonly column: string;
  readonly direction?: string | undefined;
}

export interface MetricRequest {
  readonly name: string;
  readonly function?: string | undefined;
  readonly percentile?: number | undefined;
  readonly alias?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly as?: string | undefined;
  readonly within?: string | undefined;
}
