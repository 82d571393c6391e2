import type { FaultKind, FaultSpec } from '../model/fault.ts'
import type { FaultKindDefinition } from './fault-kind.ts'
import { cancelJob } from './kinds/cancel-job.ts'
import { kill } from './kinds/kill.ts'
import { orderlyShutdown } from './kinds/orderly-shutdown.ts'
import { partition } from './kinds/partition.ts'

type FaultKinds = { readonly [Kind in FaultKind]: FaultKindDefinition<Extract<FaultSpec, { kind: Kind }>> }

const faultKinds: FaultKinds = { cancel_job: cancelJob, kill, orderly_shutdown: orderlyShutdown, partition }

/** The kind's definition, bound to a spec of that kind. */
export function faultKindOf(spec: FaultSpec): FaultKindDefinition {
  return faultKinds[spec.kind]
}
