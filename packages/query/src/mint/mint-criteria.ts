/** Something of an organization: an application, a developer, a currency, a package or a product. */
export interface EntityCriterion {
  readonly id: string;
  /** Missing: whatever organization it is of. */
  readonly orgId?: string | undefined;
}

type Texts = readonly string[] | undefined;
type Entities = readonly EntityCriterion[] | undefined;

/**
 * What a client asks of a monetization report: the body of a request after its shape, but not its meaning, was
 * checked. A list that is missing or empty asks for nothing in particular.
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
  /** How the contract's page spells `monetizationPackageIds`. */
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
