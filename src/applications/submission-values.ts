import { castFloat64, castInt32 } from '../toolkit/casts.ts'
import { SettingsCastError } from '../toolkit/errors.ts'
import type { ApplicationParameter } from './application.ts'
import { SubmissionValueError } from './errors.ts'

/** Far beyond what a test needs: a slip of the keyboard must not open a million ports or channels. */
const countMax = 1000

/** A job's submission-time values, read as SPL's casts read them (toolkit reference §1.3). */
export class SubmissionValues {
  readonly #values: Readonly<Record<string, string>>
  readonly #parameters: readonly ApplicationParameter[]

  /** `parameters` are those that the application declares; others cannot be read. */
  constructor(values: Readonly<Record<string, string>>, parameters: readonly ApplicationParameter[]) {
    this.#values = values
    this.#parameters = parameters
  }

  /** @throws SubmissionValueError when it is required and was not given */
  text(name: string): string {
    const given = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    const value = given ?? this.#parameters.find((parameter) => parameter.name === name)?.default
    if (value !== undefined) return value
    throw new SubmissionValueError({ parameter: name, value, expected: 'given', advice: 'It has no default.' })
  }

  /** @throws SubmissionValueError when it is no whole number from 1 to 1000 */
  count(name: string): number {
    const expected = `a whole number from 1 to ${countMax}`
    const advice = 'Correct it in the job’s submission.'
    return this.#cast({ name, expected, advice, read: castInt32, accepts: (value) => value >= 1 && value <= countMax })
  }

  /** @throws SubmissionValueError when it is no number of seconds above 0 */
  seconds(name: string): number {
    const expected = 'a number of seconds above 0'
    const advice = 'Give it like 60.0.'
    return this.#cast({ name, expected, advice, read: castFloat64, accepts: (value) => value > 0 })
  }

  #cast(cast: {
    readonly name: string
    readonly expected: string
    readonly advice: string
    readonly read: (key: string, text: string) => number
    readonly accepts: (value: number) => boolean
  }): number {
    const { name, expected, advice, read, accepts } = cast
    const text = this.text(name)
    const fail = (cause?: unknown): never => {
      throw new SubmissionValueError({ parameter: name, value: text, expected, advice }, { cause })
    }
    try {
      const value = read(name, text)
      return accepts(value) ? value : fail()
    } catch (error) {
      return error instanceof SettingsCastError ? fail(error) : raise(error)
    }
  }
}

function raise(error: unknown): never {
  throw error
}
