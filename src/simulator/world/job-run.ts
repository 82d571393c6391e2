import type { Application } from '../../applications/application.ts'
import type { EventAbout } from '../../applications/hosting/pe-events.ts'
import type { PeMessage } from '../../applications/hosting/pe-message.ts'
import type { LaunchResult } from '../../applications/hosting/toolkit-host.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { StoreFault } from '../../model/testbed-act.ts'
import type { EventName } from '../../model/timeline.ts'
import type { Composite } from '../../toolkit/composite.ts'
import type { SendResult, TraceLevel } from '../../toolkit/io.ts'
import type { WorldDisk } from './snapshot-directory.ts'

/** A POST of a sender, to a machine by its name. */
export interface MachinePost {
  readonly machine: string
  readonly port: number
  readonly path: string
  readonly body: Uint8Array
  readonly connectTimeoutSeconds: number
  readonly readTimeoutSeconds: number
}

/** What one life of a PE needs of what is around it. */
export interface LifeSurroundings {
  readonly emit: (event: EventName, about: EventAbout) => void
  readonly trace: (trace: { readonly level: TraceLevel; readonly aspect: string; readonly text: string }) => void
  readonly post: (post: MachinePost, done: (result: SendResult) => void) => void
  readonly passOn: (to: number, message: PeMessage) => void
  readonly launch: (command: string, done: (result: LaunchResult) => void) => void
  /** An operator failed in a way that ends its PE. */
  readonly crash: (error: unknown) => void
  /** The job's last checkpoint, which outlives its PEs; null where it has made none. */
  readonly checkpoint: () => Uint8Array | null
  readonly keepCheckpoint: (state: Uint8Array) => void
  readonly storeFault: () => StoreFault | null
  /** Something was put into a sink. */
  readonly putOut: (sink: 'output' | 'state') => void
  /** The load must be up to date before what comes now; and may be taken otherwise after it. */
  readonly beforeChange: () => void
  readonly afterChange: () => void
  /** Failures that are planted. */
  readonly wrapComposite: (composite: Composite, settings: CrossDcSettings) => Composite
  readonly wrapApplication: (application: Application, settings: CrossDcSettings) => Application
  readonly disk: WorldDisk
  /** Tables by their database and name. */
  readonly tables: Map<string, Map<string, Uint8Array>>
}
