import { FailoverError } from '../model/errors.ts'

/** A submission-time value that an application cannot take: its job does not start. */
export class SubmissionValueError extends FailoverError {
  override readonly name = 'SubmissionValueError'
  readonly code = 'ERR_FAILOVER_SUBMISSION_VALUE'
  readonly parameter: string
  /** Undefined when it is required and was not given. */
  readonly value: string | undefined

  constructor(
    details: { parameter: string; value: string | undefined; expected: string; advice: string },
    options?: ErrorOptions,
  ) {
    const { parameter, value, expected, advice } = details
    const got = value === undefined ? 'nothing' : JSON.stringify(value)
    super(`Expected the submission-time value \`${parameter}\` to be ${expected}, got ${got}. ${advice}`, options)
    this.parameter = parameter
    this.value = value
  }
}
