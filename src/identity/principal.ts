/** Who asks. The operator is the person at the machine: no credentials, every row. */
export interface Principal {
  readonly kind: "operator";
  readonly name: string;
}

export const OPERATOR: Principal = { kind: "operator", name: "operator" };
