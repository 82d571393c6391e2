import type { EventAbout } from '../../applications/hosting/pe-events.ts'
import type { DatacenterName } from '../../model/datacenter.ts'
import type { JsonObject } from '../../model/json.ts'
import type { EventName, LogLine } from '../../model/timeline.ts'
import type { TraceLevel } from '../../toolkit/io.ts'
import type { Agenda } from './agenda.ts'
import type { LifeSurroundings } from './job-run.ts'
import type { Life } from './life.ts'

/** What a PE needs of its job, its DC and the world. */
export interface PeSurroundings {
  readonly dc: DatacenterName
  readonly seed: number
  readonly agenda: Agenda
  readonly emit: (event: EventName, about: EventAbout) => void
  readonly trace: (trace: { readonly level: TraceLevel; readonly aspect: string; readonly text: string }) => void
  readonly log: (level: LogLine['level'], source: string, message: string) => void
  /** A failure of a PE, for the event log. */
  readonly tellError: (peId: string, failure: JsonObject) => void
  readonly nextPid: () => number
  readonly isHeld: (index: number) => boolean
  /** Properties of the instance's `CrossDCFailover`; null where there is none, and for a standalone executable. */
  readonly applicationConfiguration: (isStandalone: boolean) => Readonly<Record<string, string>> | null
  readonly readFile: (path: string) => string | null
  /** A port that the life would listen on and another PE of the DC has; null where all are free. */
  readonly portTaken: (life: Life) => number | null
  readonly ofLife: (crash: (error: unknown) => void) => LifeSurroundings
  /** A PE of the job runs, again or for the first time. */
  readonly moved: (index: number) => void
  /** Its process is gone. */
  readonly gone: (index: number) => void
  /** A standalone job is over. */
  readonly over: () => void
  /** Its status may be another. */
  readonly changed: () => void
  readonly beforeChange: () => void
  readonly afterChange: () => void
  /** What becomes of the application's input where a failure is planted. */
  readonly input: () => 'taken' | 'waits' | 'refused'
}
