import type { JsonValue } from './json.ts'

/** A place in a user's file. Lines and columns start at 1. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One thing wrong with a user's input. */
export interface InputProblem {
  readonly message: string
  readonly position?: SourcePosition
  /** What to do about it, such as `Did you mean "partition"?`. */
  readonly advice?: string
}

/** The base of every error that is not a bug of ours. `code` is stable and meant for programs. */
export abstract class FailoverError extends Error {
  abstract readonly code: string
  /** The id of the scenario step that was acting; the generated test points to its line. */
  declare step?: string
}

/** The user's settings (plugin options, environment variables, command line) are wrong. */
export class SettingsError extends FailoverError {
  override readonly name = 'SettingsError'
  readonly code = 'ERR_FAILOVER_SETTINGS'
}

/** A scenario file is wrong; `problems` lists everything found, each with its place. */
export class ScenarioError extends FailoverError {
  override readonly name = 'ScenarioError'
  readonly code = 'ERR_FAILOVER_SCENARIO'
  readonly problems: readonly InputProblem[]

  constructor(problems: readonly InputProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options)
    this.problems = problems
  }
}

/** `file:line:column: message. advice` */
export function formatProblem(problem: InputProblem): string {
  const { position, message, advice } = problem
  const place = position === undefined ? '' : `${position.file}:${position.line}:${position.column}: `
  return `${place}${message}${advice === undefined ? '' : ` ${advice}`}`
}

/** A request to a Streams service failed. `status` is absent when no answer came. */
export class RequestError extends FailoverError {
  override readonly name = 'RequestError'
  readonly code = 'ERR_FAILOVER_REQUEST'
  readonly method: string
  readonly url: string
  readonly status: number | undefined
  /** The message id and text that the server sent, such as `CDISW5000E …`. */
  readonly serverMessage: string | undefined

  constructor(
    message: string,
    details: { method: string; url: string; status?: number | undefined; serverMessage?: string | undefined },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.method = details.method
    this.url = details.url
    this.status = details.status
    this.serverMessage = details.serverMessage
  }
}

/** A wait's deadline passed. The message says what was waited for, how long, by which clock, and what was last seen. */
export class WaitTimeoutError extends FailoverError {
  override readonly name = 'WaitTimeoutError'
  readonly code = 'ERR_FAILOVER_TIMEOUT'
  readonly waitedFor: string
  readonly timeoutSeconds: number
  readonly lastSeen: JsonValue | undefined

  constructor(
    details: { waitedFor: string; timeoutSeconds: number; clock: 'system' | 'real'; lastSeen?: JsonValue | undefined },
    options?: ErrorOptions,
  ) {
    const { waitedFor, timeoutSeconds, clock, lastSeen } = details
    const last = lastSeen === undefined ? 'nothing' : typeof lastSeen === 'string' ? lastSeen : JSON.stringify(lastSeen)
    super(
      `Timed out after ${Number(timeoutSeconds.toFixed(3))} s (${clock} time) waiting for ${waitedFor}; last seen: ${last}.`,
      options,
    )
    this.waitedFor = waitedFor
    this.timeoutSeconds = timeoutSeconds
    this.lastSeen = lastSeen
  }
}

/** A fault could not be injected, or was injected and had no effect. */
export class FaultError extends FailoverError {
  override readonly name = 'FaultError'
  readonly code = 'ERR_FAILOVER_FAULT'
}

/** A fault could not be undone, or was undone and its effect is still there. */
export class HealError extends FailoverError {
  override readonly name = 'HealError'
  readonly code = 'ERR_FAILOVER_HEAL'
}

/** The testbed could not be brought up, was lost, cannot do what was asked, or is in use. */
export class TestbedError extends FailoverError {
  override readonly name = 'TestbedError'
  readonly code = 'ERR_FAILOVER_TESTBED'
}

/** The test started something and went on without waiting for it. */
export class UnawaitedError extends FailoverError {
  override readonly name = 'UnawaitedError'
  readonly code = 'ERR_FAILOVER_UNAWAITED'

  constructor(names: readonly string[]) {
    super(
      `The test did not wait for ${names.join(', ')}. Put \`await\` before the call: without it the test goes on, and may pass, before the thing has happened.`,
    )
  }
}
