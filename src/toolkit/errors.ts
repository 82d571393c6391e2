import { FailoverError } from '../model/errors.ts'

/** Bytes are not the message or snapshot that they should be: cut short, or with a length that reaches beyond their end. */
export class MessageFormatError extends FailoverError {
  override readonly name = 'MessageFormatError'
  readonly code = 'ERR_FAILOVER_MESSAGE_FORMAT'
}

/** Characters of a value that a message shows. */
const shownMax = 80

/**
 * A value of the settings cannot be cast to its type. Streams throws in the operator's state initialiser, so the PE fails
 * at its start (toolkit reference §1.3).
 */
export class SettingsCastError extends FailoverError {
  override readonly name = 'SettingsCastError'
  readonly code = 'ERR_FAILOVER_SETTINGS_CAST'
  readonly key: string
  readonly value: string

  constructor(details: { key: string; value: string; expected: string; where?: string }) {
    const { key, value, expected, where } = details
    const place = where === undefined ? '' : ` in ${where}`
    const got = JSON.stringify(value.length > shownMax ? `${value.slice(0, shownMax)}…` : value)
    super(`Expected \`${key}\` to be ${expected}, got ${got}${place}: the PE fails at its start`)
    this.key = key
    this.value = value
  }
}

/** The toolkit's own code would end its PE here. */
export class ToolkitCrashError extends FailoverError {
  override readonly name = 'ToolkitCrashError'
  readonly code = 'ERR_FAILOVER_TOOLKIT_CRASH'
}
