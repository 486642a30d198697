/** What the running program was told, in words, without secrets; it is changed by environment variables and a restart. */
export interface ConfigurationGroup {
  readonly title: string;
  readonly entries: readonly {
    readonly name: string;
    readonly value: string;
    /** The environment variable that changes it; undefined for what cannot be changed. */
    readonly variable?: string;
  }[];
}
