import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import type { TraceLevel } from '../../toolkit/io.ts'
import type { BuiltinName } from '../builtins.ts'
import type { PePart } from './partition-operators.ts'

/** Which of a PE's traces are told. */
export type TracingLevel = TraceLevel | 'off'

/** The levels of tracing, from none to all. */
export const tracingLevels: readonly TracingLevel[] = ['off', 'error', 'warn', 'info', 'debug', 'trace']

/** A submitted job, as its PEs need to know it. */
export interface JobRun {
  readonly jobId: string
  readonly application: BuiltinName
  /** Submission-time values. */
  readonly parameters: Readonly<Record<string, string>>
  readonly toolkit: ToolkitBehaviour
  /** The toolkit's operator parameters that the application was compiled with. */
  readonly operatorParameters: Readonly<Record<string, string>>
  readonly tracing: TracingLevel
  /** A standalone executable: never restarted, and the job ends with it. */
  readonly isStandalone: boolean
  /** In the order of `indexWithinJob`. */
  readonly pes: readonly { readonly peId: string; readonly part: PePart }[]
}
