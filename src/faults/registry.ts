import { FaultError } from '../model/errors.ts'
import type { FaultKind, FaultSpec } from '../model/fault.ts'
import type { FaultKindDefinition } from './fault-kind.ts'
import { cancelJob } from './kinds/cancel-job.ts'
import { connectionReset } from './kinds/connection-reset.ts'
import { crash } from './kinds/crash.ts'
import { custom } from './kinds/custom.ts'
import { datacenterOutage, hostHang } from './kinds/datacenter-outage.ts'
import { flap } from './kinds/flap.ts'
import { kill } from './kinds/kill.ts'
import { bandwidth, netem } from './kinds/netem.ts'
import { operatorRestart } from './kinds/operator-restart.ts'
import { orderlyShutdown } from './kinds/orderly-shutdown.ts'
import { partition } from './kinds/partition.ts'
import { pause } from './kinds/pause.ts'
import { restart } from './kinds/restart.ts'
import { specialMessage } from './kinds/special-message.ts'
import { storeFault } from './kinds/store-faults.ts'

type DefinitionOf<Kind extends FaultKind> = FaultKindDefinition<Extract<FaultSpec, { kind: Kind }>>

/** Kinds that need real hosts are not here: no testbed of this version has them among its capabilities. */
const definitions: { readonly [Kind in FaultKind]?: DefinitionOf<Kind> } = {
  partition,
  netem,
  bandwidth,
  flap,
  connection_reset: connectionReset,
  kill,
  crash,
  pause,
  restart,
  operator_restart: operatorRestart,
  cancel_job: cancelJob,
  orderly_shutdown: orderlyShutdown,
  special_message: specialMessage,
  datacenter_outage: datacenterOutage,
  host_hang: hostHang,
  disk_full: storeFault,
  disk_readonly: storeFault,
  disk_slow: storeFault,
  disk_error: storeFault,
  database_lost: storeFault,
  custom,
}

/**
 * The kind's definition, bound to a spec of that kind.
 * @throws FaultError for a kind that nothing implements
 */
export function faultKindOf(spec: FaultSpec): FaultKindDefinition {
  const definition = definitions[spec.kind]
  if (definition !== undefined) return definition
  throw new FaultError(
    `Expected a kind of fault that is implemented (${Object.keys(definitions).join(', ')}), got "${spec.kind}".`,
  )
}
