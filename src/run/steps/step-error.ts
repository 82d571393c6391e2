/** A step went wrong; `step` names it, so that the report can point at its line. */
export class StepError extends Error {
  override readonly name = 'StepError'
  readonly step: string

  constructor(step: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.step = step
  }
}
