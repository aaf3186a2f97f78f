/** An application, developer, currency, package or product of an organization. */
export interface EntityCriterion {
  readonly id: string;
  /** Missing: in any organization. */
  readonly orgId?: string | undefined;
}

type Texts = readonly string[] | undefined;
type Entities = readonly EntityCriterion[] | undefined;

/**
 * The criteria of a monetization report: the body of a request. Its shape was checked, but not its
 * names and values. A missing or empty list does not restrict the report.
 */
export interface MintCriteria {
  readonly fromDate?: string | undefined;
  readonly toDate?: string | undefined;
  readonly billingMonth?: string | undefined;
  readonly billingYear?: string | number | undefined;
  readonly prevFromDate?: string | undefined;
  readonly prevToDate?: string | undefined;
  readonly appCriteria?: Entities;
  readonly devCriteria?: Entities;
  readonly currCriteria?: Entities;
  readonly pkgCriteria?: Entities;
  readonly prodCriteria?: Entities;
  readonly monetizationPackageIds?: Texts;
  /** The contract's page misspells `monetizationPackageIds` so; both are accepted. */
  readonly monetizationPakageIds?: Texts;
  readonly productIds?: Texts;
  readonly ratePlanLevels?: Texts;
  readonly pricingTypes?: Texts;
  readonly transactionStatus?: Texts;
  readonly transactionTypes?: Texts;
  readonly currencyOption?: string | undefined;
  readonly groupBy?: Texts;
  readonly showSummary?: boolean | undefined;
  readonly showTxDetail?: boolean | undefined;
  readonly showTxType?: boolean | undefined;
  readonly showRevSharePct?: boolean | undefined;
  readonly showEntityId?: boolean | undefined;
  readonly devCustomAttribute?: Texts;
  readonly devCustomAttributes?: Texts;
  readonly transactionCustomAttribute?: Texts;
  readonly transactionCustomAttributes?: Texts;
}
